import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../run/failure.ts";
import { ownProgram } from "../run/own-program.ts";
import { readPlaces } from "../run/places.ts";
import { onTestPlatform } from "../run/test-platform.ts";

const usualMinutes = "60";

/**
 * Works a platform of its own for an hour, prints a line a minute, and judges: nothing lost, nothing done twice, no memory
 * that grows, no call that gets slower. The figures are kept as JSON.
 * @param args minutes, where an hour is not wanted
 */
export async function soak([minutes = usualMinutes]: string[]): Promise<void> {
  if (!/^[1-9]\d{0,3}$/.test(minutes)) throw new Failure(`npm run soak -- MINUTES; "${minutes}" is no whole number.`);
  const { kept } = readPlaces();
  const folder = join(kept, "soak");
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${new Date().toISOString().replaceAll(":", "-")}.json`);
  const well = await onTestPlatform("soak", {
    with: "parts",
    shift: 2150,
    work: (environment, repository) =>
      ownProgram([join(repository, "e2e", "soak", "run.ts"), minutes, file], { environment }),
  });
  process.stdout.write(`The figures: ${file}\n`);
  if (!well) throw new Failure("The soak was not clean.");
}
