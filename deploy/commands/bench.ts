import { statSync } from "node:fs";
import { resolve } from "node:path";
import { benchMatch } from "@lienthong/e2e/bench/match.ts";
import { Failure } from "../run/failure.ts";

/** Measures by name. `match FOLDER…`: how well the records of made worlds are brought together, against their truth. */
export async function bench(args: string[]): Promise<void> {
  const [name, ...folders] = args;
  if (name !== "match") throw new Failure(`npm run bench -- match FOLDER…; "${name ?? ""}" is no measurement.`);
  if (folders.length === 0) {
    throw new Failure("npm run bench -- match FOLDER…: name the folders of made worlds (marc/ and truth.jsonl).");
  }
  for (const folder of folders) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Failure(`${folder} is no folder.`);
  }
  await benchMatch(folders.map((folder) => resolve(folder)));
}
