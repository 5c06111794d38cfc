import { globSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../run/failure.ts";
import { ownProgram } from "../run/own-program.ts";
import { readPlaces } from "../run/places.ts";
import { onTestPlatform } from "../run/test-platform.ts";

const places = [
  "e2e/faults/*.test.ts",
  "shared/testing/frame/*.test.ts",
  "services/{catalogue,circulation,identity}/**/*.test.ts",
];
// Readers' words are looked for where readers and staff have been: behind every door, with services and the sample world.
const wholePlatform = "I5";
const wholePlaces = ["e2e/canaries.test.ts"];
// Every line of this kind is a fault; some invariants are played here too, because they take a world to break.
const line = /^[FI]\d+$/;

/**
 * Plays the faults with their whole counts, one after the other, on worlds of their own. The checker's lines are printed
 * and kept in a file, beside the histories of what went wrong.
 * @param args the lines to play, as F9; without any, all but I5, which takes a whole platform and is played by itself
 */
export async function faults(args: string[]): Promise<void> {
  const wrong = args.find((name) => !line.test(name));
  if (wrong !== undefined) throw new Failure(`npm run faults -- F9 I1 …; "${wrong}" is no line.`);
  const whole = args.includes(wholePlatform);
  if (whole && args.length > 1)
    throw new Failure(
      `${wholePlatform} takes a whole platform; play it by itself: npm run faults -- ${wholePlatform}.`,
    );
  const { kept } = readPlaces();
  const folder = join(kept, "faults", new Date().toISOString().replaceAll(":", "-"));
  await mkdir(folder, { recursive: true });
  const passed = await onTestPlatform("faults", {
    with: whole ? "services" : "parts",
    shift: 1900,
    work: (environment, repository) =>
      play(repository, whole ? wholePlaces : places, args, { ...environment, ...counted(folder) }),
  });
  process.stdout.write(`The checker's lines and histories: ${folder}\n`);
  if (!passed) throw new Failure("Not all promises held.");
}

const counted = (folder: string) => ({
  FAULT_COUNTS: "full",
  FAULTS_FOLDER: folder,
  FAULTS_FILE: join(folder, "lines.txt"),
});

async function play(
  repository: string,
  among: string[],
  lines: string[],
  environment: Record<string, string>,
): Promise<boolean> {
  const played = lines.length === 0 ? "[FI]\\d+" : `(?:${lines.join("|")})`;
  const titles = new RegExp(`[("\`]${played}: `);
  const files = globSync(among, { cwd: repository }).filter((file) =>
    titles.test(readFileSync(join(repository, file), "utf8")),
  );
  if (files.length === 0) throw new Failure(`No test plays ${lines.join(" or ")}.`);
  const options = ["--test", "--test-concurrency=1", `--test-name-pattern=^${played}: `];
  return ownProgram([...options, ...files.toSorted()], { cwd: repository, environment });
}
