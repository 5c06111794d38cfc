import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { Failure } from "../run/failure.ts";

export type StartOptions = {
  traces: boolean;
  /** A folder with libraries, patrons and MARC files that are taken in after the start. */
  with?: string;
};

/** Reads what stands behind `start`. A word that it does not know is named, with those it knows. */
export async function readOptions(args: string[]): Promise<StartOptions> {
  const { traces = false, with: folder } = parsed(args);
  if (folder === undefined) return { traces };
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new Failure(`--with names ${folder}, which is no folder; give the path of one.`);
  return { traces, with: resolve(folder) };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: { traces: { type: "boolean" }, with: { type: "string" } } }).values;
  } catch (cause) {
    throw new Failure(`start knows --traces and --with PATH; "${args.join(" ")}" is something else.`, { cause });
  }
}
