import { SigningKeys } from "@lienthong/auth/signing-keys.ts";
import { verify } from "node:crypto";
import { z } from "zod";

const header = z.object({ alg: z.literal("RS256"), kid: z.string().max(200), typ: z.enum(["logout+jwt", "JWT"]) });
const claims = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  iat: z.number(),
  sid: z.string().min(1),
  events: z.object({ "http://schemas.openid.net/event/backchannel-logout": z.object({}).loose() }),
  // A logout token has none, so that no ID token can pass for one.
  nonce: z.undefined().optional(),
});

const ageMaxSeconds = 120;
const lengthMax = 8_192;

/**
 * Reads a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6).
 * @returns the sign-in server's session that has ended, or undefined when the token is not to be trusted
 */
export function logoutTokens(issuer: string, client: string): (token: string) => Promise<string | undefined> {
  const keys = new SigningKeys(issuer);
  return async (token) => {
    const [head = "", body = "", signature = ""] = token.length > lengthMax ? [] : token.split(".");
    const named = header.safeParse(json(head));
    const key = named.success ? await keys.find(named.data.kid) : undefined;
    if (!key || !verify("RSA-SHA256", Buffer.from(`${head}.${body}`), key, Buffer.from(signature, "base64url")))
      return undefined;
    const said = claims.safeParse(json(body));
    if (!said.success) return undefined;
    const { iss, aud, iat, sid } = said.data;
    const fresh = Math.abs(Date.now() / 1000 - iat) <= ageMaxSeconds;
    return iss === issuer && [aud].flat().includes(client) && fresh ? sid : undefined;
  };
}

function json(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    // Not JSON: the schema refuses it.
    return undefined;
  }
}
