import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../run/failure.ts";
import { ownProgram } from "../run/own-program.ts";
import { openPlatform } from "../run/platform.ts";
import { answers } from "../run/process.ts";
import { portalUrl } from "../services.ts";
import { runningParts, testEnvironment } from "../test-environment.ts";

/**
 * Plays the attacks against the platform that runs, each with the honest neighbour that must still be served. They need
 * the sample world and leave a few records, loans and holds in it. Names such as A14 play these alone.
 */
export async function attack(names: string[]): Promise<void> {
  const platform = await openPlatform();
  const files = await filesOf(join(platform.places.repository, "e2e", "attacks"), names);
  await answers(`${portalUrl}/healthz`).catch((cause: unknown) => {
    throw new Failure(`Nothing answers at ${portalUrl}; start the platform first (npm start).`, { cause });
  });
  const environment = await testEnvironment(platform, runningParts(platform));
  // One file at a time: some measure what an attack does to others.
  const options = ["--test", "--test-reporter=spec", "--test-concurrency=1", "--test-timeout=600000"];
  if (!(await ownProgram([...options, ...files], { environment })))
    throw new Failure("Not every attack was refused, or a neighbour was not served.");
}

/** The files of these attacks: A4 is a04-….test.ts. */
async function filesOf(folder: string, names: string[]): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".test.ts")).sort();
  if (names.length === 0) return files.map((file) => join(folder, file));
  return names.flatMap((name) => {
    const number = /^A(\d{1,2})$/i.exec(name)?.[1]?.padStart(2, "0");
    const found = files.filter((file) => number !== undefined && file.startsWith(`a${number}-`));
    if (found.length > 0) return found.map((file) => join(folder, file));
    const known = [...new Set(files.map((file) => `A${Number(file.slice(1, 3))}`))];
    throw new Failure(`"${name}" is no attack that is played. There are: ${known.join(", ")}.`);
  });
}
