import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "./failure.ts";
import type { Places } from "./places.ts";

/** Holds this clone's platform for one command at a time. Gives what lets it go again. */
export async function holdPlatform(places: Places): Promise<() => Promise<void>> {
  const pid = await runningCommand(places);
  if (pid) throw new Failure(`The platform of this clone already runs (process ${pid}); stop it first.`);
  await mkdir(places.kept, { recursive: true });
  await writeFile(places.running, String(process.pid));
  return () => rm(places.running, { force: true });
}

/** The process id of the command that runs this clone's platform. A number left behind by a kill doesn't count. */
export async function runningCommand(places: Places): Promise<number | undefined> {
  const pid = Number(await readFile(places.running, "utf8").catch(() => ""));
  if (!pid || pid === process.pid) return undefined;
  const command = await readFile(join("/proc", String(pid), "cmdline"), "utf8").catch(() => "");
  return command.includes("lienthong.ts") ? pid : undefined;
}
