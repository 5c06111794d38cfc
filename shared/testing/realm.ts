import { generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type JWK, type JWTPayload, SignJWT } from "jose";

/** Who a test's caller is. */
export type Someone = { personId?: string; roles?: string[]; loa?: number; client?: string; account?: string };

export type Realm = {
  /** The issuer, for `tokenVerifier`. */
  url: string;
  /** A token as the sign-in server would give it; `claims` bend it, and `kid` names a key that did not sign it. */
  token(someone: Someone, claims?: JWTPayload, kid?: string): Promise<string>;
  /** Whatever text under whatever header, with the realm's own signature: what only header or claims may give away. */
  sign(header: object, claims: string): string;
  /** Makes a key and publishes it beside the others; tokens go on being signed with the one before. @returns its id */
  newKey(): string;
  /** From now on tokens are signed with this key. */
  signWith(kid: string): void;
  /** Publishes the key no more. */
  dropKey(kid: string): void;
  /** How it answers when asked for its keys: at once, with 503, or never. */
  answers: "well" | "badly" | "never";
  /** How often it was asked for its keys. */
  readonly asked: number;
  close(): void;
};

/** A realm with a key of its own, whose tokens our real verification accepts. */
export async function aRealm(): Promise<Realm> {
  const keys = new Map<string, { privateKey: KeyObject; published: boolean; publicKey: JWK }>();
  let signing = "test";
  let asked = 0;
  const makeKey = (kid: string) => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const shown = { ...publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" };
    keys.set(kid, { privateKey, published: true, publicKey: shown });
    return kid;
  };
  makeKey(signing);
  const server: Server = createServer((_request, response) => {
    asked += 1;
    if (state.answers === "never") return;
    const published = [...keys.values()].filter((key) => key.published).map((key) => key.publicKey);
    response.writeHead(state.answers === "well" ? 200 : 503).end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  server.unref();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realms/lienthong`;
  const state: Realm = {
    url,
    answers: "well",
    get asked() {
      return asked;
    },
    newKey: () => makeKey(`key-${keys.size}`),
    signWith: (kid) => {
      signing = kid;
    },
    dropKey: (kid) => {
      keys.get(kid)!.published = false;
    },
    token(someone, claims = {}, kid = signing) {
      const now = Math.floor(Date.now() / 1000);
      const payload: JWTPayload = {
        iss: url,
        sub: someone.account ?? someone.personId ?? randomUUID(),
        aud: ["lienthong"],
        exp: now + 300,
        iat: now,
        // No two tokens are alike, as with the real one: a verifier may remember those that it has seen.
        jti: randomUUID(),
        typ: "Bearer",
        azp: someone.client ?? "portal",
        roles: someone.roles ?? [],
        loa: String(someone.loa ?? 2),
        ...(someone.personId ? { person: someone.personId } : {}),
        ...(someone.client ? { client_id: someone.client } : {}),
        ...claims,
      };
      const { privateKey } = keys.get(signing)!;
      return new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid, typ: "JWT" }).sign(privateKey);
    },
    sign(header, claims) {
      const text = [JSON.stringify(header), claims].map((part) => Buffer.from(part).toString("base64url")).join(".");
      const signature = sign("RSA-SHA256", Buffer.from(text), keys.get(signing)!.privateKey);
      return `${text}.${signature.toString("base64url")}`;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return state;
}
