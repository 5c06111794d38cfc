import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Account } from "./account.ts";
import { Failure } from "./failure.ts";
import { lastErrorLine } from "./log.ts";

export type ToolRun = {
  part: string;
  log: string;
  cwd?: string;
  env?: Record<string, string>;
  account?: Account | undefined;
  /** What to install when the program is not there. */
  install?: string;
};

/** Runs a program to its end with its output in a log. Fails with one sentence naming the part, the reason and the log. */
export async function runTool(program: string, args: string[], ask: ToolRun): Promise<void> {
  await mkdir(dirname(ask.log), { recursive: true });
  const output = createWriteStream(ask.log, { flags: "a" });
  const child = spawn(program, args, {
    cwd: ask.cwd,
    env: { ...process.env, ...ask.env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(ask.account && { uid: ask.account.uid, gid: ask.account.gid }),
  });
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const code = await new Promise<number | "missing">((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? resolve("missing") : reject(error)));
    child.on("close", (status) => resolve(status ?? 1));
  });
  await new Promise((resolve) => output.end(resolve));
  if (code === 0) return;
  if (code === "missing")
    throw new Failure(`${ask.part}: the program ${program} was not found; install ${ask.install ?? program}.`);
  const reason = (await lastErrorLine(ask.log)) ?? `it ended with code ${code}`;
  throw new Failure(`${ask.part}: "${program} ${args[0] ?? ""}" failed: ${reason} (log: ${ask.log})`);
}
