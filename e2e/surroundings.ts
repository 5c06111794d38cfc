import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where a running platform is found, and the password of its sample accounts. */
export type Surroundings = {
  portalUrl: string;
  gatewayUrl: string;
  realmUrl: string;
  password: string;
  secretOf(client: string): Promise<string>;
};

/** As the tests are told by the environment. */
export async function surroundingsOfTests(): Promise<Surroundings> {
  const secrets = told("SECRETS_FOLDER");
  return {
    portalUrl: told("PORTAL_URL"),
    gatewayUrl: told("GATEWAY_URL"),
    realmUrl: `${told("KEYCLOAK_URL")}/realms/lienthong`,
    password: await textOf(told("SAMPLE_PASSWORD_FILE")),
    secretOf: (client) => textOf(join(secrets, `keycloak-${client}`)),
  };
}

export function told(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`${name} is not set: run this through npm test, which starts a platform and says where it is`);
}

const textOf = async (file: string) => (await readFile(file, "utf8")).trim();
