import { join } from "node:path";
import { runTool } from "../run/tool.ts";
import type { Places } from "../run/places.ts";
import { fetchArchive, untar } from "./archive.ts";
import type { Java } from "./java.ts";
import { locked } from "./lock.ts";
import { partFolder } from "./part-folder.ts";

/** Fetches Keycloak and builds it for PostgreSQL, once a version. Gives its folder. */
export async function fetchKeycloak(places: Places, java: Java): Promise<string> {
  const part = locked("keycloak");
  const log = join(places.cache, "log", "keycloak.log");
  return partFolder(places.cache, `keycloak-${part.version}`, async (work) => {
    await untar(await fetchArchive(part, work, log), work, { part: "Keycloak", log });
    const home = join(work, `keycloak-${part.version}`);
    const args = ["build", "--db=postgres", "--health-enabled=true", "--metrics-enabled=true"];
    await runTool(join(home, "bin", "kc.sh"), args, { part: "Keycloak", log, env: { JAVA_HOME: java.home } });
    return home;
  });
}
