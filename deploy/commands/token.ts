import { Failure } from "../run/failure.ts";
import { openPlatform } from "../run/platform.ts";
import { secret } from "../run/secrets.ts";
import { clientToken } from "../sample-world/client-token.ts";

const clients = ["sample-desk", "sample-cataloguer", "setup"];

/** Prints an access token of a sample API client, so that anybody can try the API with curl. It lives for one minute. */
export async function token(args: string[]): Promise<void> {
  const [client = ""] = args;
  if (!clients.includes(client))
    throw new Failure(`Whose token? npm run token -- NAME, with NAME one of ${clients.join(", ")}.`);
  const { places, settings } = await openPlatform();
  const keycloak = settings.elsewhere.keycloak ?? `http://localhost:${settings.ports.KEYCLOAK_PORT}`;
  const { value } = await secret(places.secrets, `keycloak-${client}`);
  try {
    process.stdout.write(`${await clientToken(`${keycloak}/realms/lienthong`, client, value)}\n`);
  } catch (cause) {
    throw new Failure(`No token: ${(cause as Error).message}. Is the platform running (npm start)?`, { cause });
  }
}
