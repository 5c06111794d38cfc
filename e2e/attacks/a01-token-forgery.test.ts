import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { exportJWK, type JWK } from "jose";
import type { Permission } from "@lienthong/auth/permission.ts";
import type { Callable } from "@lienthong/rpc/callable.ts";
import type { Service } from "@lienthong/service/service.ts";
import { aRealm, type Realm } from "@lienthong/testing/realm.ts";
import { type RunningService, runService } from "@lienthong/testing/running-service.ts";
import { clientOf, openChannel } from "@lienthong/rpc/client.ts";
import { catalogue } from "../../services/catalogue/service.ts";
import { permissions as ofCatalogue } from "../../services/catalogue/permissions.ts";
import { circulation } from "../../services/circulation/service.ts";
import { permissions as ofCirculation } from "../../services/circulation/permissions.ts";
import { identity } from "../../services/identity/service.ts";
import { permissions as ofIdentity } from "../../services/identity/permissions.ts";
import { told } from "../surroundings.ts";
import { secretOf, tokenOf, tokensOf } from "./people.ts";
import {
  type AnyCalls,
  callsOf,
  closeChannels,
  definitionOf,
  gateway,
  outcomeOf,
  portalUrl,
  realmUrl,
  rpcServices,
} from "./platform.ts";

const hanoi = "VN-000001P";

/** A question to each service that its own staff may ask. */
const questions: Record<Callable, [call: string, ask: object]> = {
  identity: ["getNames", { personIds: [] }],
  catalogue: ["listImports", { before: "" }],
  circulation: ["pickList", { libraryId: "", after: "" }],
};

const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ownJwk = await exportJWK(own.publicKey);
const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwkOf = (kid: string): JWK => ({
  ...ownJwk,
  kid,
  use: "sig",
  alg: "RS256",
});

/** A place on the net that hands out the attacker's key; nobody may ever come for it. */
let visits = 0;
const lure = createServer((_request, response) => {
  visits += 1;
  response.end(JSON.stringify({ keys: [jwkOf("lure")] }));
});
let lureUrl = "";
before(async () => {
  await new Promise<void>((listening) => lure.listen(0, "127.0.0.1", listening));
  lureUrl = `http://127.0.0.1:${(lure.address() as AddressInfo).port}`;
});
after(() => {
  lure.close();
  closeChannels();
});

const encoded = (part: object | string) =>
  Buffer.from(typeof part === "string" ? part : JSON.stringify(part)).toString("base64url");
const decoded = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
const signed = (head: object, body: string) => {
  const text = `${encoded(head)}.${body}`;
  return `${text}.${sign("RSA-SHA256", Buffer.from(text), own.privateKey).toString("base64url")}`;
};

/** What can be made of a real token of a librarian without the realm's private key. */
async function forgeries(real: string): Promise<Record<string, string>> {
  const [head = "", body = "", signature = ""] = real.split(".");
  const { kid } = decoded(head) as { kid: string };
  const keys = (await (await fetch(`${realmUrl()}/protocol/openid-connect/certs`)).json()) as {
    keys: (JWK & { kid: string; x5c: string[] })[];
  };
  const key = keys.keys.find((one) => one.kid === kid);
  assert.ok(key, "the realm publishes the key that it signs with");
  const certificate = `-----BEGIN CERTIFICATE-----\n${key.x5c[0]}\n-----END CERTIFICATE-----`;
  const hmac = (secret: string) => {
    const text = `${encoded({ alg: "HS256", kid, typ: "JWT" })}.${body}`;
    return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  };
  const withEc = (alg: string) => {
    const text = `${encoded({ alg, kid, typ: "JWT" })}.${body}`;
    return `${text}.${sign("sha256", Buffer.from(text), { key: elliptic.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  };
  const plain = { alg: "RS256", kid, typ: "JWT" };
  const more = encoded({ ...decoded(body), roles: ["librarian.manager@VN-7K2M4QW", "agency.ministry", "ops"] });
  return {
    "no algorithm": `${encoded({ ...plain, alg: "none" })}.${body}.`,
    "no algorithm, in capitals": `${encoded({ ...plain, alg: "NoNe" })}.${body}.${signature}`,
    "the public key as a shared secret": hmac(JSON.stringify(key)),
    "the certificate as a shared secret": hmac(certificate),
    "ES256 with the RSA key's id": withEc("ES256"),
    "an elliptic signature that calls itself RS256": withEc("RS256"),
    "the real signature under ES256": `${encoded({ ...plain, alg: "ES256" })}.${body}.${signature}`,
    "the attacker's key in the header": signed({ ...plain, jwk: jwkOf(kid) }, more),
    "an address of the attacker's key": signed({ ...plain, kid: "lure", jku: `${lureUrl}/keys` }, more),
    "an address of the attacker's certificate": signed({ ...plain, kid: "lure", x5u: `${lureUrl}/cert` }, more),
    "the attacker's certificate": signed({ ...plain, x5c: [key.x5c[0]] }, more),
    "a key id that is a path": signed({ ...plain, kid: "../../../../dev/null" }, more),
    "a key id that is a statement": signed({ ...plain, kid: "x' union select 'key' --" }, more),
    "a key id that is an address": signed({ ...plain, kid: `${lureUrl}/keys` }, more),
    "another's signature": signed(plain, more),
    "more roles under the real signature": `${head}.${more}.${signature}`,
    "the signature taken off": `${head}.${body}.`,
    "nothing after the claims": `${head}.${body}`,
    "a part too many": `${real}.${signature}`,
    "a critical extension": signed({ ...plain, crit: ["exp"], exp: 1 }, body),
    rubbish: "aaaa.bbbb.cccc",
    "a token of 20,000 characters": `${head}.${"a".repeat(20_000)}.${signature}`,
  };
}

/** Real tokens that are for something else. */
async function misused(): Promise<Record<string, string>> {
  const { id, refresh } = await tokensOf("lan.hanoi");
  const password = (await readFile(join(told("SECRETS_FOLDER"), "keycloak-admin"), "utf8")).trim();
  const answer = await fetch(`${told("KEYCLOAK_URL")}/realms/master/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "password", client_id: "admin-cli", username: "admin", password }),
  });
  const { access_token: master } = (await answer.json()) as { access_token: string };
  assert.ok(master, "the administrator of the sign-in server gets a token of another realm");
  return {
    "an ID token": id,
    "a refresh token": refresh,
    "a token of another realm, of its administrator": master,
    "a client's secret": await secretOf("portal"),
  };
}

const turnedAway = async (name: Callable, token: string) => {
  const [call, ask] = questions[name];
  return outcomeOf((callsOf(name, { token, libraryId: hanoi }) as unknown as AnyCalls)[call]!(ask));
};

for (const name of rpcServices) {
  test(`A1: ${name} believes no forged token and none that is for something else, and believes the real one`, async () => {
    const real = await tokenOf("lan.hanoi");
    const tried = { ...(await forgeries(real)), ...(await misused()) };
    for (const [what, forged] of Object.entries(tried)) {
      // What is longer than a call's metadata may be does not even come to be looked at.
      const expected = forged.length > 8_000 ? /^(no-token|busy|fault|unavailable)$/ : /^no-token$/;
      assert.match(await turnedAway(name, forged), expected, what);
    }
    assert.equal(await turnedAway(name, real), "let in");
    assert.equal(visits, 0, "nobody went for a key where a token said");
  });
}

test("A1: the gateway passes on no forged token, and the portal takes none for a session", async () => {
  const real = await tokenOf("lan.hanoi");
  for (const [what, forged] of Object.entries({ ...(await forgeries(real)), ...(await misused()) })) {
    const answer = await gateway("/api/v1/me/account", forged).catch((error: Error) => error);
    assert.ok(answer instanceof Response, what);
    assert.ok([401, 431].includes(answer.status), `${what}: ${answer.status}`);
    const page = await fetch(`${portalUrl()}/sach-cua-toi`, {
      headers: { cookie: `__Host-lt=${forged.slice(0, 6_000)}`, authorization: `Bearer ${forged.slice(0, 6_000)}` },
      redirect: "manual",
    });
    assert.equal(page.status, 303, what);
    assert.match(page.headers.get("location") ?? "", /^\/dang-nhap/);
  }
  assert.equal((await gateway("/api/v1/me/account", real)).status, 200);
  assert.equal(visits, 0);
});

// Whoever holds the realm's key can sign anything; the claims alone must give such a token away. The running realm's key
// is nobody's here, so each service answers at a door of its own before a realm whose key the test holds.
const declared: [service: Service, permissions: Record<string, Permission | readonly Permission[]>][] = [
  [identity, ofIdentity],
  [catalogue, ofCatalogue],
  [circulation, ofCirculation],
];

function badClaims(realm: Realm, good: Record<string, unknown>): Record<string, string> {
  const now = Math.floor(Date.now() / 1000);
  const head = { alg: "RS256", kid: "test", typ: "JWT" };
  const but = (changed: object) => realm.sign(head, JSON.stringify({ ...good, ...changed }));
  const text = JSON.stringify(good);
  return {
    expired: but({ exp: now - 1 }),
    "without an expiry": but({ exp: undefined }),
    "an expiry that is no number": but({ exp: "never" }),
    "not valid before tomorrow": but({ nbf: now + 86_400 }),
    "issued tomorrow": but({ iat: now + 86_400 }),
    "another issuer": but({ iss: "https://evil.example/realms/lienthong" }),
    "another realm of the same server": but({ iss: realm.url.replace("lienthong", "master") }),
    "another audience": but({ aud: ["account"] }),
    "no audience": but({ aud: undefined }),
    "an ID token": but({ typ: "ID" }),
    "a refresh token": but({ typ: "Refresh" }),
    "roles that are no list": but({ roles: "ops" }),
    "a claim twice": realm.sign(head, text.replace('"roles":', '"roles":["ops"],"roles":')),
    "a claim twice, once escaped": realm.sign(head, text.replace('"aud":', '"\\u0061ud":["account"],"aud":')),
    "a critical extension that is signed": realm.sign({ ...head, crit: ["exp"], exp: now + 300 }, text),
    "an address of a key that is signed": realm.sign({ ...head, jku: `${lureUrl}/keys` }, text),
    "a header of another kind": realm.sign({ ...head, typ: "logout+jwt" }, text),
    "claims that are a list": realm.sign(head, JSON.stringify([good])),
    "claims that are no JSON": realm.sign(head, text.slice(0, -1)),
  };
}

for (const [service, permissions] of declared) {
  test(`A1: ${service.name} refuses claims that are wrong, whoever signed them`, async () => {
    const name = service.name as Callable;
    const realm = await aRealm();
    const folder = join(import.meta.dirname, "../../services", name);
    const running: RunningService<Callable> = await runService(name, service, folder, permissions, { realm });
    const channel = openChannel(running.address);
    try {
      const [call, ask] = questions[name];
      const asked = (token: string) =>
        outcomeOf(
          (clientOf(channel, definitionOf(name), { token, libraryId: hanoi }) as unknown as AnyCalls)[call]!(ask),
        );
      const roles = ["desk", "cataloguer", "manager"].map((role) => `librarian.${role}@${hanoi}`);
      const someone = { personId: randomUUID(), roles };
      const good = decoded((await realm.token(someone)).split(".")[1] ?? "");
      for (const [what, forged] of Object.entries(badClaims(realm, good)))
        assert.equal(await asked(forged), "no-token", what);
      assert.equal(await asked(await realm.token(someone)), "let in");
      assert.equal(visits, 0);
    } finally {
      channel.close();
      await running.stop();
      realm.close();
    }
  });
}
