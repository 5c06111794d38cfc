import { join } from "node:path";
import type { Places } from "../run/places.ts";
import { fetchArchive, keepAs } from "./archive.ts";
import { locked } from "./lock.ts";
import { partFolder } from "./part-folder.ts";

/** Fetches Zipkin. Gives the path of its jar. */
export async function fetchZipkin(places: Places): Promise<string> {
  const part = locked("zipkin");
  const log = join(places.cache, "log", "zipkin.log");
  const folder = await partFolder(places.cache, `zipkin-${part.version}`, async (work) => {
    await keepAs(await fetchArchive(part, join(work, "download"), log), join(work, "out"), "zipkin.jar");
    return join(work, "out");
  });
  return join(folder, "zipkin.jar");
}
