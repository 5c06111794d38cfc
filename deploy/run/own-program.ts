import { spawn } from "node:child_process";
import { once } from "node:events";
import { Failure } from "./failure.ts";

export type OwnProgram = {
  cwd?: string;
  /** Over this process's own. */
  environment?: Record<string, string>;
  /** It is interrupted after so long. */
  msMax?: number;
};

/**
 * Runs one of the project's own programs to its end, with the output of this one.
 * @param args of Node itself and the program's
 * @returns whether it ended well
 * @throws Failure where somebody asked this one to stop meanwhile: the program has been ended, and nothing may follow it
 */
export async function ownProgram(args: string[], { cwd, environment, msMax }: OwnProgram = {}): Promise<boolean> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: "inherit",
    timeout: msMax,
    killSignal: "SIGINT",
  });
  let stopAsked = false;
  const stop = () => {
    stopAsked = true;
    child.kill("SIGTERM");
  };
  for (const signal of signals) process.on(signal, stop);
  const [code] = (await once(child, "exit")) as [number | null];
  for (const signal of signals) process.off(signal, stop);
  if (stopAsked) throw new Failure("Stopped before the end.");
  return code === 0;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
