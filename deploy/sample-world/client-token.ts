import { z } from "zod";

const answer = z.object({ access_token: z.string(), expires_in: z.number() });

/**
 * An access token of a program, by its client credentials.
 * @param realmUrl e.g. `http://localhost:28080/realms/lienthong`
 * @throws Error with what the sign-in server answered
 */
export async function clientToken(realmUrl: string, client: string, clientSecret: string): Promise<string> {
  const response = await fetch(`${realmUrl}/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "client_credentials", client_id: client, client_secret: clientSecret }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok)
    throw new Error(`The sign-in server gave ${client} no token: ${response.status} ${await response.text()}`);
  return answer.parse(await response.json()).access_token;
}
