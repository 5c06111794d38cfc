import { statSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Line } from "@lienthong/e2e/bench/line.ts";
import { benchMatch } from "@lienthong/e2e/bench/match.ts";
import { allLines, measureAll } from "@lienthong/e2e/bench/measure.ts";
import type { BenchPlatform } from "@lienthong/e2e/bench/platform.ts";
import { Failure } from "../run/failure.ts";

const usage =
  "npm run bench [-- [--seconds N] [--running] NAME…]: all lines, or those named (P1, growth-check-out); " +
  "or npm run bench -- match FOLDER…";

/**
 * Measures. Without a name all lines of the promises about speed; `match FOLDER…` how well the records of made worlds are
 * brought together, against their truth. The lines start a platform of their own, in a folder and at ports of its own,
 * which is forgotten afterwards; `--running` measures the one that runs with this LIENTHONG_DATA and PORT_SHIFT.
 */
export async function bench(args: string[]): Promise<void> {
  if (args[0] === "match") return match(args.slice(1));
  const { seconds, running, names } = options(args);
  const lines = named(await allLines(), names);
  process.env.PORT_SHIFT ??= running ? "0" : "1280";
  const { readPlaces } = await import("../run/places.ts");
  const kept = readPlaces().kept;
  if (!running) {
    process.env.LIENTHONG_DATA = `${kept}-bench`;
    await rm(`${kept}-bench`, { recursive: true, force: true });
    await mkdir(`${kept}-bench`, { recursive: true });
  }
  // The places and ports are read when this is loaded.
  const { benchPlatform } = await import("../bench-platform.ts");
  const platform = benchPlatform(running);
  const asked = { seconds, platform: once(platform.open), roots: platform.roots, folder: join(kept, "bench") };
  try {
    const reached = await Promise.race([measureAll(lines, asked), platform.stopAsked]);
    if (!reached) throw new Failure("A floor was missed, or a measurement failed.");
  } finally {
    await platform.close();
    if (!running) await rm(`${kept}-bench`, { recursive: true, force: true });
  }
}

async function match(folders: string[]): Promise<void> {
  if (folders.length === 0) {
    throw new Failure("npm run bench -- match FOLDER…: name the folders of made worlds (marc/ and truth.jsonl).");
  }
  for (const folder of folders) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Failure(`${folder} is no folder.`);
  }
  await benchMatch(folders.map((folder) => resolve(folder)));
}

function options(args: string[]): { seconds: number; running: boolean; names: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { seconds: { type: "string", default: "5" }, running: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const seconds = Number(values.seconds);
    if (!(seconds >= 1 && seconds <= 600)) throw new Failure(`--seconds is "${values.seconds}"; expected is 1 to 600.`);
    return { seconds, running: values.running, names: positionals };
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure(`${usage}; "${args.join(" ")}" is something else.`, { cause });
  }
}

/** The lines of these names; without names all but the curves, which fill a database for minutes. */
function named(lines: Line[], names: string[]): Line[] {
  if (names.length === 0) return lines.filter(({ name }) => !name.startsWith("growth-"));
  return names.map((name) => {
    const found = lines.find((line) => line.name.toLowerCase() === name.toLowerCase());
    if (found) return found;
    throw new Failure(`"${name}" is no measurement. There are: match, ${lines.map((line) => line.name).join(", ")}.`);
  });
}

function once(open: () => Promise<BenchPlatform>): () => Promise<BenchPlatform> {
  let opened: Promise<BenchPlatform> | undefined;
  return () => (opened ??= open());
}
