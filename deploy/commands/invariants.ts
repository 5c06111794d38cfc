import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { all } from "../invariants/all.ts";
import { findingsOf } from "../invariants/check.ts";
import type { Where } from "../invariants/evidence.ts";
import type { Finding, Invariant } from "../invariants/invariant.ts";
import { whereAt, whereWith } from "../invariants/where.ts";
import { Failure, sentenceOf } from "../run/failure.ts";
import { readPlaces } from "../run/places.ts";
import { readingSettings } from "../settings.ts";

/**
 * Checks the invariants of the platform that runs and prints one line each. Ends with 1 when one is violated, with 2 and
 * a sentence when a part does not let itself be read.
 */
export async function invariants(args: string[]): Promise<void> {
  const asked = await optionsOf(args);
  let violated = false;
  try {
    for await (const finding of findingsOf(await where(), asked)) {
      violated ||= finding.count > 0;
      process.stdout.write(`${lineOf(finding)}\n`);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    process.stderr.write(`${sentenceOf(error)}\nWhat was not read may hold anything.\n`);
    process.exit(2);
  }
  if (violated) process.exit(1);
}

const lineOf = ({ id, count, first }: Finding) =>
  count === 0 ? `${id} ok` : [id, "violated", count, ...first].join(" ");

async function optionsOf(args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { canaries: { type: "string" }, within: { type: "string", default: "0" } },
      allowPositionals: true,
    });
    const within = Number(values.within) * 1000;
    const unknown = positionals.find((name) => all.every(({ id }) => id !== name));
    if (unknown !== undefined || !(within >= 0)) throw new Error(unknown ?? values.within);
    return {
      ...(positionals.length > 0 && { only: positionals as Invariant["id"][] }),
      ...(values.canaries && { canaries: await linesOf(values.canaries) }),
      within,
    };
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const known = all.map(({ id }) => id).join(" ");
    throw new Failure(
      `invariants knows ${known}, --canaries FILE and --within SECONDS; "${args.join(" ")}" is something else.`,
      { cause },
    );
  }
}

async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new Failure(`--canaries names ${file}, which cannot be read.`, { cause });
  });
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** This clone's platform, or the one whose addresses and password files the environment names. */
async function where(): Promise<Where> {
  const { at, passwordFiles } = readingSettings(process.env);
  if (!passwordFiles) return whereAt(at, readPlaces().secrets);
  const [postgres, nats] = await Promise.all(
    [passwordFiles.postgres, passwordFiles.nats].map(async (file) => (await readFile(file, "utf8")).trim()),
  );
  return whereWith(at, { postgres: postgres!, nats: nats! });
}
