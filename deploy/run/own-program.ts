import { spawn } from "node:child_process";
import { once } from "node:events";

export type OwnProgram = {
  cwd?: string;
  /** Over this process's own. */
  environment?: Record<string, string>;
  /** It is interrupted after so long. */
  msMax?: number;
};

/**
 * Runs one of the project's own programs to its end, with the output of this one; whoever asks this one to stop ends it too.
 * @param args of Node itself and the program's
 * @returns whether it ended well
 */
export async function ownProgram(args: string[], { cwd, environment, msMax }: OwnProgram = {}): Promise<boolean> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: "inherit",
    timeout: msMax,
    killSignal: "SIGINT",
  });
  // A terminal's Ctrl-C reaches it without our help.
  const end = () => void child.kill("SIGTERM");
  const asked = ["SIGTERM", "SIGHUP"] as const;
  for (const signal of asked) process.on(signal, end);
  const [code] = (await once(child, "exit")) as [number | null];
  for (const signal of asked) process.off(signal, end);
  return code === 0;
}
