import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The real parts that tests run on; `npm test` starts them and says where they are. */
function part(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests by "npm test", which starts the real parts`);
  return value;
}

const secret = (name: string) => readFileSync(part(name), "utf8").trimEnd();

const secretOf = (name: string) => readFileSync(join(part("SECRETS_FOLDER"), name), "utf8").trimEnd();

export const parts = {
  /** The superuser of a PostgreSQL server on which tests make and drop databases of their own. */
  postgres: () => ({ url: part("POSTGRES_URL"), password: secret("POSTGRES_PASSWORD_FILE") }),
  /** A user of the bus who may do everything. */
  nats: () => ({ url: part("NATS_URL"), user: "admin", password: secret("NATS_ADMIN_PASSWORD_FILE") }),
  openSearch: () => part("OPENSEARCH_URL"),
  keycloak: () => part("KEYCLOAK_URL"),
  /** Where the first world of fault tests leaves its databases for the others; without it each makes its own. */
  worldTemplate: () => process.env.WORLD_TEMPLATE,
  /** The administrator of the sign-in server, with whom tests make and drop realms of their own. */
  keycloakAdmin: () => ({ url: part("KEYCLOAK_URL"), password: secretOf("keycloak-admin") }),
};
