import GrantManager from "keycloak-connect/middleware/auth-utils/grant-manager.js";
import Token from "keycloak-connect/middleware/auth-utils/token.js";
import { z } from "zod";
import { type Actor, readRole } from "./actor.ts";
import { saidTwice } from "./said-twice.ts";
import { type Proven, remembering } from "./remember.ts";
import { SigningKeys } from "./signing-keys.ts";

/** Why a token was not accepted. For the log; the caller is told only that it was not. */
export class TokenRefused extends Error {}

export type VerifyToken = (token: string) => Promise<Actor>;

// A token of the national design point carries some dozens of roles; what is larger is an attack or a mistake, and would
// not fit into the eight kilobytes of a call's metadata.
const tokenLengthMax = 7_500;
const clockSkewSeconds = 30;
const audience = "lienthong";

const header = z.strictObject({ alg: z.literal("RS256"), kid: z.string().max(200), typ: z.literal("JWT") });
const claims = z.object({
  iss: z.string(),
  sub: z.string().min(1),
  exp: z.number(),
  iat: z.number(),
  nbf: z.number().optional(),
  typ: z.literal("Bearer"),
  azp: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  roles: z.array(z.string().max(100)).max(200).default([]),
  person: z.uuid().optional(),
  loa: z.enum(["0", "1", "2"]).default("0"),
  client_id: z.string().optional(),
});

/**
 * Makes the one function that turns an access token into its actor. It checks, in this order, and without asking anybody
 * on the way: size and shape, algorithm (RS256 and no other header parameters), signature, issuer, audience, type, expiry
 * (which must be there) and the claims' types. What was found good is remembered for half a minute.
 * @param realmUrl the issuer, e.g. `http://localhost:28080/realms/lienthong`
 * @param now the clock by which the realm's keys are followed and tokens remembered, in milliseconds
 * @returns a function that throws TokenRefused when the token is not to be trusted, NoKeys when nobody can be recognised
 */
export function tokenVerifier(realmUrl: string, now: () => number = Date.now): VerifyToken {
  const keys = new SigningKeys(realmUrl, now);
  const proving = remembering((text) => prove(text, realmUrl, keys), now);
  return async (text) => {
    if (text.length > tokenLengthMax) throw new TokenRefused("too long");
    return proving(text);
  };
}

/** @throws TokenRefused, NoKeys */
async function prove(text: string, realmUrl: string, keys: SigningKeys): Promise<Proven> {
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) throw new TokenRefused("not a signed token");
  const token = new Token(text, audience);
  const head = header.safeParse(token.header);
  if (!head.success) throw new TokenRefused("header not allowed");
  const publicKey = await keys.find(head.data.kid);
  if (publicKey === undefined) throw new TokenRefused("unknown key");
  const manager = new GrantManager({ realmUrl, publicKey, clientId: audience, verifyTokenAudience: true });
  await manager.validateToken(token, "Bearer").catch((cause: unknown) => {
    throw new TokenRefused("not valid", { cause });
  });
  // The library has read both already, and of two sayings kept the last.
  if (text.split(".", 2).some((part) => saidTwice(Buffer.from(part, "base64url").toString())))
    throw new TokenRefused("something is said twice");
  return actorOf(realmUrl, token.content);
}

/** What keycloak-connect checked is checked again, and what it lets pass is not: a missing expiry, a date ahead. */
function actorOf(realmUrl: string, content: Record<string, unknown>): Proven {
  const read = claims.safeParse(content);
  if (!read.success) throw new TokenRefused("claims not allowed", { cause: read.error });
  const claim = read.data;
  const now = Date.now() / 1000;
  if (claim.iss !== realmUrl) throw new TokenRefused("another issuer");
  if (![claim.aud].flat().includes(audience)) throw new TokenRefused("another audience");
  if (claim.exp <= now) throw new TokenRefused("expired");
  if (claim.iat > now + clockSkewSeconds) throw new TokenRefused("issued ahead of time");
  if ((claim.nbf ?? 0) > now + clockSkewSeconds) throw new TokenRefused("not yet valid");
  const actor: Actor = {
    kind: claim.client_id === undefined ? "person" : "client",
    id: claim.client_id ?? claim.sub,
    personId: claim.person ?? null,
    libraryId: null,
    roles: claim.roles.map(readRole),
    loa: Number(claim.loa),
  };
  return { actor, exp: claim.exp };
}
