import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where everything lies: the clone, the cache of fetched parts, and what this clone's platform keeps. */
export type Places = {
  repository: string;
  cache: string;
  kept: string;
  logs: string;
  secrets: string;
  running: string;
};

/**
 * Reads the places from the environment. As root they lie outside home folders, because the parts then run as a
 * system user who must be able to enter every folder above them; each clone gets its own by the hash of its path.
 */
export function readPlaces(environment: NodeJS.ProcessEnv = process.env, root = process.getuid?.() === 0): Places {
  const repository = realpathSync(resolve(import.meta.dirname, "..", ".."));
  const ofClone = createHash("sha256").update(repository).digest("hex").slice(0, 8);
  const kept = environment.LIENTHONG_DATA ?? (root ? `/var/lib/lienthong/${ofClone}` : join(repository, ".lienthong"));
  const caches = environment.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const cache = environment.LIENTHONG_CACHE ?? (root ? "/var/cache/lienthong" : join(caches, "lienthong"));
  return {
    repository,
    cache: resolve(cache),
    kept: resolve(kept),
    logs: resolve(kept, "log"),
    secrets: resolve(kept, "secrets"),
    running: resolve(kept, "running.pid"),
  };
}
