import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, type JWTPayload, SignJWT } from "jose";

/** Who a test's caller is. */
export type Someone = { personId?: string; roles?: string[]; loa?: number; client?: string; account?: string };

export type Realm = {
  /** The issuer, for `tokenVerifier`. */
  url: string;
  /** A token as the sign-in server would give it; `claims` bend it. */
  token(someone: Someone, claims?: JWTPayload): Promise<string>;
  close(): void;
};

/** A realm with a key of its own, whose tokens our real verification accepts. */
export async function aRealm(): Promise<Realm> {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...(await exportJWK(pair.publicKey)), kid: "test", use: "sig", alg: "RS256" };
  const server: Server = createServer((_request, response) => response.end(JSON.stringify({ keys: [key] })));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  server.unref();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realms/lienthong`;
  return {
    url,
    token(someone, claims = {}) {
      const now = Math.floor(Date.now() / 1000);
      const payload: JWTPayload = {
        iss: url,
        sub: someone.account ?? someone.personId ?? randomUUID(),
        aud: ["lienthong"],
        exp: now + 300,
        iat: now,
        typ: "Bearer",
        azp: someone.client ?? "portal",
        roles: someone.roles ?? [],
        loa: String(someone.loa ?? 2),
        ...(someone.personId ? { person: someone.personId } : {}),
        ...(someone.client ? { client_id: someone.client } : {}),
        ...claims,
      };
      return new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid: "test", typ: "JWT" }).sign(pair.privateKey);
    },
    close: () => void server.close(),
  };
}
