import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { all } from "../invariants/all.ts";
import { findingsOf } from "../invariants/check.ts";
import type { Where } from "../invariants/evidence.ts";
import type { Finding, Invariant } from "../invariants/invariant.ts";
import { whereAt, whereWith } from "../invariants/where.ts";
import { Failure, sentenceOf } from "../run/failure.ts";
import { canaryCharactersMin } from "../invariants/needles.ts";
import { readPlaces } from "../run/places.ts";
import { services } from "../services.ts";
import { readingSettings } from "../settings.ts";

/**
 * Checks the invariants of the platform that runs and prints one line each. Ends with 1 when one is violated, with 2 and
 * a sentence when a part does not let itself be read.
 */
export async function invariants(args: string[]): Promise<void> {
  const { files, ...asked } = await optionsOf(args);
  let violated = false;
  try {
    for await (const finding of findingsOf(await where(files), asked)) {
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

function lineOf({ id, count, first, notAsked }: Finding): string {
  if (notAsked !== undefined) return `${id} not asked: ${notAsked}`;
  return count === 0 ? `${id} ok` : [id, "violated", count, ...first].join(" ");
}

async function optionsOf(args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: {
        canaries: { type: "string" },
        search: { type: "string", multiple: true, default: [] },
        within: { type: "string", default: "0" },
      },
      allowPositionals: true,
    });
    const within = Number(values.within) * 1000;
    const unknown = positionals.find((name) => all.every(({ id }) => id !== name));
    if (unknown !== undefined || !(within >= 0)) throw new Error(unknown ?? values.within);
    return {
      ...(positionals.length > 0 && { only: positionals as Invariant["id"][] }),
      ...(values.canaries && { canaries: await linesOf(values.canaries) }),
      files: values.search,
      within,
    };
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const known = all.map(({ id }) => id).join(" ");
    throw new Failure(
      `invariants knows ${known}, --canaries FILE, --search FILE and --within SECONDS; "${args.join(" ")}" is something else.`,
      { cause },
    );
  }
}

async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new Failure(`--canaries names ${file}, which cannot be read.`, { cause });
  });
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const short = lines.findIndex((line) => line.trim().length < canaryCharactersMin);
  if (short < 0) return lines;
  throw new Failure(
    `Line ${short + 1} of ${file} is shorter than ${canaryCharactersMin} characters: it may stand anywhere by chance.`,
  );
}

/** This clone's platform with its logs, traces and figures, or the one whose addresses and password files are set. */
async function where(files: readonly string[]): Promise<Where> {
  const { at, passwordFiles } = readingSettings(process.env);
  if (!passwordFiles) {
    const { secrets, logs } = readPlaces();
    const pages = services.map(({ httpPort }) => `http://127.0.0.1:${httpPort}/metrics`);
    return { ...(await whereAt(at, secrets)), traces: { files: [logs, ...files], pages } };
  }
  const [postgres, nats] = await Promise.all(
    [passwordFiles.postgres, passwordFiles.nats].map(async (file) => (await readFile(file, "utf8")).trim()),
  );
  return { ...whereWith(at, { postgres: postgres!, nats: nats! }), traces: { files, pages: [] } };
}
