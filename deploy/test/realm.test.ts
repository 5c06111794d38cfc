import assert from "node:assert/strict";
import { test } from "node:test";
import realm from "../keycloak/realm.json" with { type: "json" };
import { confidentialClients } from "../parts/keycloak.ts";

type Mapper = { name: string; protocolMapper: string; config: Record<string, string> };

test("an access token lives one minute, is signed by RS256, and a session ends after twelve hours", () => {
  assert.equal(realm.accessTokenLifespan, 60);
  assert.equal(realm.defaultSignatureAlgorithm, "RS256");
  assert.equal(realm.ssoSessionIdleTimeout, 30 * 60);
  assert.equal(realm.ssoSessionMaxLifespan, 12 * 3600);
});

test("somebody who guesses passwords is slowed down", () => {
  assert.equal(realm.bruteForceProtected, true);
});

test("the realm's file holds no secret: each client's comes in at the import", () => {
  for (const client of realm.clients) assert.match(client.secret, /^\$\{[A-Z_]+_SECRET\}$/, client.clientId);
  assert.deepEqual(realm.clients.map((client) => client.clientId).sort(), confidentialClients.toSorted());
});

test("no client may trade a person's password for a token", () => {
  for (const client of realm.clients) assert.equal(client.directAccessGrantsEnabled, false, client.clientId);
});

test("every client's access tokens are for this platform and say roles, person and level of assurance", () => {
  for (const { clientId, protocolMappers, serviceAccountsEnabled } of realm.clients) {
    const inAccessToken = (protocolMappers as Mapper[]).filter(({ config }) => config["access.token.claim"] === "true");
    const says = inAccessToken.map(({ config }) => config["included.custom.audience"] ?? config["claim.name"]);
    // A program says that it is one: it is no person, whatever roles it has.
    const program = serviceAccountsEnabled ? ["client_id"] : [];
    assert.deepEqual(says, ["lienthong", "roles", "person", "loa", ...program], clientId);
  }
});

test("people sign in at the portal only with a proof key, and come back to the portal only", () => {
  const [portal, ...others] = realm.clients;
  assert.equal(portal?.attributes["pkce.code.challenge.method"], "S256");
  assert.deepEqual(portal?.redirectUris, ["${PORTAL_URL}/dang-nhap/xong"]);
  for (const client of others) assert.equal(client.standardFlowEnabled, false, client.clientId);
});

test("nobody can give themselves a role, a person or a level of assurance", () => {
  const [provider] = realm.components["org.keycloak.userprofile.UserProfileProvider"];
  const profile = JSON.parse(provider?.config["kc.user.profile.config"][0] ?? "{}") as {
    attributes: { name: string; permissions: { view: string[]; edit: string[] } }[];
    unmanagedAttributePolicy?: string;
  };
  for (const name of ["roles", "person", "loa"]) {
    const attribute = profile.attributes.find((each) => each.name === name);
    assert.deepEqual(attribute?.permissions, { view: ["admin"], edit: ["admin"] }, name);
  }
  assert.equal(profile.unmanagedAttributePolicy, undefined);
});
