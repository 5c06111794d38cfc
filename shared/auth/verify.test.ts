import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { type JWTPayload, SignJWT, exportJWK } from "jose";
import { TokenRefused, tokenVerifier, type VerifyToken } from "./verify.ts";

const realm = generateKeyPairSync("rsa", { modulusLength: 2048 });
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });
let asked = 0;
const server = createServer(async (_request, response) => {
  asked += 1;
  response.end(
    JSON.stringify({ keys: [{ ...(await exportJWK(realm.publicKey)), kid: "one", use: "sig", alg: "RS256" }] }),
  );
});
let issuer = "";
let verify: VerifyToken;

before(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realms/lienthong`;
  verify = tokenVerifier(issuer);
});
after(() => server.close());

type Change = { claims?: JWTPayload; header?: Record<string, unknown>; key?: typeof realm.privateKey; drop?: string };
async function token({ claims = {}, header = {}, key = realm.privateKey, drop }: Change = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const payload: JWTPayload = {
    iss: issuer,
    sub: "account",
    aud: ["lienthong", "account"],
    exp: now + 60,
    iat: now,
    typ: "Bearer",
    azp: "portal",
    roles: ["librarian.desk@VN-000001P"],
    person: "0190d1c0-0000-7000-8000-000000000001",
    loa: "2",
    ...claims,
  };
  if (drop) delete payload[drop];
  return new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid: "one", typ: "JWT", ...header }).sign(key);
}
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

test("a token of the realm becomes its actor", async () => {
  const actor = await verify(await token());
  assert.deepEqual(actor, {
    kind: "person",
    id: "account",
    personId: "0190d1c0-0000-7000-8000-000000000001",
    libraryId: null,
    roles: [{ name: "librarian.desk", libraryId: "VN-000001P" }],
    loa: 2,
  });
});

test("a forged, foreign or worn-out token is refused", async () => {
  const now = Math.floor(Date.now() / 1000);
  const good = await token();
  const [head = "", body = "", signature = ""] = good.split(".");
  const pem = realm.publicKey.export({ type: "spki", format: "pem" }).toString();
  const confused = `${part({ alg: "HS256", kid: "one", typ: "JWT" })}.${body}`;
  const attacks: Record<string, string> = {
    "no algorithm": `${part({ alg: "none", kid: "one", typ: "JWT" })}.${body}.`,
    "the public key as a shared secret": `${confused}.${createHmac("sha256", pem).update(confused).digest("base64url")}`,
    "another algorithm": await token({ header: { alg: "PS256" } }),
    "a key in its own header": await token({
      key: stranger.privateKey,
      header: { jwk: await exportJWK(stranger.publicKey) },
    }),
    "a key's address in its header": await token({
      key: stranger.privateKey,
      header: { jku: "http://127.0.0.1:9/keys" },
    }),
    "a key id that is a path": await token({ header: { kid: "../../one" } }),
    "a critical extension": await token({ header: { b64: true, crit: ["b64"] } }),
    "a stranger's signature": await token({ key: stranger.privateKey }),
    "no signature": `${head}.${body}.`,
    "a changed body": `${head}.${part({ ...JSON.parse(Buffer.from(body, "base64url").toString()), roles: ["ops"] })}.${signature}`,
    expired: await token({ claims: { exp: now - 1 } }),
    "no expiry": await token({ drop: "exp" }),
    "not yet valid": await token({ claims: { nbf: now + 600 } }),
    "issued in the future": await token({ claims: { iat: now + 600 } }),
    "another issuer": await token({ claims: { iss: issuer.replace("lienthong", "master") } }),
    "another audience": await token({ claims: { aud: "account" } }),
    "no audience": await token({ drop: "aud" }),
    "an ID token": await token({ claims: { typ: "ID" } }),
    "a refresh token": await token({ claims: { typ: "Refresh" } }),
    "roles that are no list": await token({ claims: { roles: "ops" } }),
    rubbish: "a.b",
    "a very long one": `${head}.${"a".repeat(20_000)}.${signature}`,
  };
  for (const [name, forged] of Object.entries(attacks)) {
    await assert.rejects(verify(forged), TokenRefused, name);
  }
  assert.equal((await verify(good)).id, "account", "the honest neighbour still passes");
});

test("made-up key ids do not become requests to the sign-in server", async () => {
  const before = asked;
  for (let n = 0; n < 50; n += 1)
    await assert.rejects(verify(await token({ header: { kid: `made-up-${n}` } })), TokenRefused);
  assert.ok(asked - before <= 1, `${asked - before} requests for 50 made-up keys`);
});

test("A1: a token that was found good is remembered, but never past its expiry nor longer than half a minute", async () => {
  let clock = Date.now();
  const remembers = tokenVerifier(issuer, () => clock);
  const ends = Math.floor(clock / 1000) + 20;
  const good = await token({ claims: { exp: ends } });
  const actor = await remembers(good);
  assert.equal(await remembers(good), actor, "the same token a moment later");
  const [head, body, signature = ""] = good.split(".");
  const changed = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  await assert.rejects(remembers(`${head}.${body}.${changed}`), TokenRefused, "its neighbour is looked at");
  clock = ends * 1000;
  assert.notEqual(await remembers(good), actor, "at its expiry it is looked at again");

  const longer = await token({ claims: { exp: ends + 600 } });
  const before = await remembers(longer);
  clock += 30_000;
  assert.notEqual(await remembers(longer), before, "after half a minute too");
});
