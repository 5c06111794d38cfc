import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import KeycloakAdminClient from "@keycloak/keycloak-admin-client";
import { parts } from "@lienthong/testing/parts.ts";
import { aRealm, type Realm } from "@lienthong/testing/realm.ts";

export type SignInRealm = {
  name: string;
  adminSecret: string;
  /** For the service: its callers' tokens are made by a test's realm, those of programs come from the real one. */
  realm: Realm;
  /** What a fresh token of a program says. */
  tokenOf(client: string): Promise<Record<string, unknown>>;
  /** An account that somebody registered for themself. @returns its subject */
  aRegistration(fullName: string): Promise<string>;
  attributesOf(subject: string): Promise<Record<string, string[]>>;
  /** Whether somebody signs in with these. */
  signsIn(username: string, password: string): Promise<boolean>;
  drop(): Promise<void>;
};

const file = join(import.meta.dirname, "../../../deploy/keycloak/realm.json");

/** A realm of the real sign-in server, made of the realm's own file, for one test file alone. */
export async function aSignInRealm(): Promise<SignInRealm> {
  const { url, password } = parts.keycloakAdmin();
  const admin = new KeycloakAdminClient({ baseUrl: url, realmName: "master" });
  const asAdmin = async () => {
    await admin.auth({ grantType: "password", clientId: "admin-cli", username: "admin", password });
    return admin;
  };
  const name = `test-${randomBytes(4).toString("hex")}`;
  const secret = randomBytes(24).toString("base64url");
  const told = readFileSync(file, "utf8").replaceAll(/\$\{[A-Z_]+_SECRET\}/g, secret);
  const wanted = { ...JSON.parse(told), realm: name };
  // Its pages are the portal's matter, and their addresses are filled in at the real start.
  wanted.clients = wanted.clients.filter(({ clientId }: { clientId: string }) => clientId !== "portal");
  // Passwords are tried by a door of the test's own; the product has none for them but the sign-in pages.
  wanted.clients.push({ clientId: "tries-passwords", publicClient: true, directAccessGrantsEnabled: true });
  await (await asAdmin()).realms.create(wanted);

  const askToken = (fields: Record<string, string>) =>
    fetch(`${url}/realms/${name}/protocol/openid-connect/token`, { method: "POST", body: new URLSearchParams(fields) });
  return {
    name,
    adminSecret: secret,
    realm: await aRealm(),
    async tokenOf(client) {
      const reply = await askToken({ grant_type: "client_credentials", client_id: client, client_secret: secret });
      const { access_token: token } = (await reply.json()) as { access_token: string };
      return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    },
    async aRegistration(fullName) {
      const username = `reader-${randomBytes(4).toString("hex")}`;
      const made = await (await asAdmin()).users.create({
        realm: name,
        username,
        email: `${username}@example.org`,
        enabled: true,
        attributes: { fullName: [fullName] },
      });
      return made.id;
    },
    async attributesOf(subject) {
      const user = await (await asAdmin()).users.findOne({ realm: name, id: subject });
      return (user?.attributes ?? {}) as Record<string, string[]>;
    },
    async signsIn(username, password) {
      const reply = await askToken({ grant_type: "password", client_id: "tries-passwords", username, password });
      const { access_token: token, error_description: why } = (await reply.json()) as Record<string, string>;
      // A right password whose owner must complete their profile first is told as such.
      return token !== undefined || why === "Account is not fully set up";
    },
    async drop() {
      await (await asAdmin()).realms.del({ realm: name });
    },
  };
}
