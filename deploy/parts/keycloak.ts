import { cp, mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { type Java, javaAtLeast } from "../fetch/java.ts";
import { fetchKeycloak } from "../fetch/keycloak.ts";
import { privateFolder } from "../run/account.ts";
import { assertAnswers } from "../run/elsewhere.ts";
import type { Platform } from "../run/platform.ts";
import { portalUrl } from "../services.ts";
import { assertFree } from "../run/port.ts";
import { answers, untilReady } from "../run/process.ts";
import { secret } from "../run/secrets.ts";
import { javaOptions } from "./java-options.ts";
import { databaseSecret } from "./postgres-databases.ts";
import type { Postgres } from "./postgres.ts";

export type Keycloak = { url: string };

/** Clients of the realm with a secret of their own, `keycloak-<client>`, which the realm's file takes at its import. */
export const confidentialClients = ["portal", "identity", "sample-cataloguer", "sample-desk", "setup"];

/** Starts Keycloak on its database, with our realm and our sign-in pages, or takes the one that runs elsewhere. */
export async function startKeycloak(platform: Platform, postgres: Postgres): Promise<Keycloak> {
  const { keycloak: elsewhere } = platform.settings.elsewhere;
  if (elsewhere) {
    await assertAnswers("Keycloak", "KEYCLOAK_URL", elsewhere);
    return { url: elsewhere };
  }
  const { KEYCLOAK_PORT: port, KEYCLOAK_MANAGEMENT_PORT: managementPort } = platform.settings.ports;
  await assertFree(port, "Keycloak", "KEYCLOAK_PORT");
  await assertFree(managementPort, "Keycloak", "KEYCLOAK_MANAGEMENT_PORT");
  const java = await javaAtLeast(21, platform.places);
  const folder = await privateFolder(join(platform.places.kept, "keycloak"), platform.account);
  const program = await fetchKeycloak(platform.places, java);
  const home = await makeHome(platform, program, folder);
  const url = `http://localhost:${port}`;
  const running = await platform.launch({
    name: "Keycloak",
    program: join(home, "bin", "kc.sh"),
    args: [
      "start",
      "--optimized",
      "--import-realm",
      "--http-enabled=true",
      "--http-host=127.0.0.1",
      `--http-port=${port}`,
      "--http-management-host=127.0.0.1",
      `--http-management-port=${managementPort}`,
      `--hostname=${url}`,
      "--cache=local",
    ],
    env: { ...(await environment(platform, postgres)), ...javaEnvironment(java, await javaOptions(program, platform)) },
    log: join(platform.places.logs, "keycloak.log"),
    account: platform.account,
    stopSignal: "SIGTERM",
    stopSecondsMax: 40,
  });
  await untilReady(running, 180, () => answers(`http://127.0.0.1:${managementPort}/health/ready`));
  return { url };
}

/**
 * A home of this clone's own around the program in the cache, because Keycloak looks for realms and themes below its
 * home and many clones share the cache. The start script follows links to find its home, hence a copy of it.
 */
async function makeHome(platform: Platform, program: string, folder: string): Promise<string> {
  const home = join(folder, "home");
  const ours = join(platform.places.repository, "deploy", "keycloak");
  await rm(home, { recursive: true, force: true });
  await mkdir(join(home, "bin"), { recursive: true });
  await cp(join(program, "bin", "kc.sh"), join(home, "bin", "kc.sh"));
  for (const name of ["lib", "conf", "providers"]) await symlink(join(program, name), join(home, name));
  await privateFolder(join(home, "data"), platform.account);
  await privateFolder(join(home, "data", "tmp"), platform.account);
  await cp(join(ours, "realm.json"), join(home, "data", "import", "lienthong-realm.json"));
  await cp(join(ours, "themes"), join(home, "themes"), { recursive: true });
  return home;
}

async function environment(platform: Platform, postgres: Postgres): Promise<Record<string, string>> {
  const { hostname, port } = new URL(postgres.url);
  const { secrets } = platform.places;
  const clientSecrets = confidentialClients.map(async (client) => {
    const { value } = await secret(secrets, `keycloak-${client}`);
    return [`${client.toUpperCase().replaceAll("-", "_")}_SECRET`, value] as const;
  });
  return {
    PATH: process.env.PATH ?? "",
    TZ: "UTC",
    LC_ALL: "C.UTF-8",
    KC_DB_URL: `jdbc:postgresql://${hostname}:${port || 5432}/keycloak`,
    KC_DB_USERNAME: "keycloak",
    KC_DB_PASSWORD: (await secret(secrets, databaseSecret("keycloak"))).value,
    KC_BOOTSTRAP_ADMIN_USERNAME: "admin",
    KC_BOOTSTRAP_ADMIN_PASSWORD: (await secret(secrets, "keycloak-admin")).value,
    PORTAL_URL: portalUrl,
    ...Object.fromEntries(await Promise.all(clientSecrets)),
  };
}

function javaEnvironment(java: Java, options: string[]): Record<string, string> {
  return {
    JAVA_HOME: java.home,
    JAVA_OPTS_KC_HEAP: "-Xms64m -Xmx384m",
    JAVA_OPTS_APPEND: options.join(" "),
  };
}
