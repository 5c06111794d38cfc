import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, open, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import type { Account } from "./account.ts";
import { Failure } from "./failure.ts";
import { lastErrorLine } from "./log.ts";

const execute = promisify(execFile);

export type ProcessAsk = {
  /** What people call it, in sentences and in the log's name. */
  name: string;
  program: string;
  args: string[];
  env: Record<string, string | undefined>;
  cwd?: string;
  log: string;
  account?: Account | undefined;
  stopSignal: "SIGTERM" | "SIGINT";
  /** Longer waits end in SIGKILL; the Java parts write their class archive at their first stop. */
  stopSecondsMax: number;
  /** What it does may come later than what somebody at a desk waits for. */
  canWait?: boolean;
};

/** A part or service that runs. `exited` settles when it ends, with the signal that ended it if it was one. */
export type RunningProcess = {
  name: string;
  pid: number;
  log: string;
  exited: Promise<NodeJS.Signals | null>;
  stop(): Promise<void>;
};

/**
 * Starts a program with its output in its log. It leads a group of its own, so that Ctrl-C at a terminal reaches only
 * the command, which then stops everything in order; when the command itself is killed, the kernel stops the program.
 */
export async function startProcess(ask: ProcessAsk): Promise<RunningProcess> {
  await mkdir(dirname(ask.log), { recursive: true });
  const asAccount = ask.account ? [`--reuid=${ask.account.uid}`, `--regid=${ask.account.gid}`, "--clear-groups"] : [];
  const withParent = `--pdeathsig=${ask.stopSignal.slice(3)}`;
  const log = await open(ask.log, "a", 0o640);
  const child = spawn("setpriv", [...asAccount, withParent, "--", ask.program, ...ask.args], {
    cwd: ask.cwd ?? "/",
    env: ask.env,
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  const spawned = new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) =>
      reject(new Failure(`${ask.name} could not be started: ${cause.message}`, { cause })),
    );
  });
  // Heard from the first: it may have ended before the log is closed.
  const exited = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once("exit", (_code, signal) => resolve(signal)),
  );
  // The program has the log for itself once it runs.
  await spawned.finally(() => log.close());
  return { name: ask.name, pid: child.pid as number, log: ask.log, exited, stop: () => stop(child, exited, ask) };
}

// A third of a share where others want the processor too. With less, calls ran out of time on a machine at load 20.
const niceness = "5";

/** Lets all other processes go before this one where they want the same processor. */
export async function stepBack({ pid }: RunningProcess): Promise<void> {
  // All threads of the group that it leads; later ones inherit it.
  await execute("renice", ["-n", niceness, "-g", String(pid)]);
  // Where the kernel shares between sessions before it shares between processes, its session must step back too.
  await writeFile(`/proc/${pid}/autogroup`, niceness, { flag: "r+" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  // The kernel takes such a word from an ordinary user once in a tenth of a second.
  await pause(150);
}

/** Waits until a check holds. Fails with one sentence when the process ends first or the time is over. */
export async function untilReady(
  running: RunningProcess,
  secondsMax: number,
  check: () => Promise<boolean>,
): Promise<void> {
  const end = Date.now() + secondsMax * 1000;
  let ended = false;
  let wait = 20;
  void running.exited.then(() => {
    ended = true;
  });
  while (Date.now() < end) {
    if (ended) throw await notReady(running, "ended while starting");
    if (await check().catch(() => false)) return;
    await pause(wait);
    // A part that takes long is asked less often: Keycloak logs every question about its health.
    wait = Math.min(wait * 1.5, 500);
  }
  throw await notReady(running, `was not ready within ${secondsMax} seconds`);
}

/** A check for untilReady: an address answers 200. */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  await response.body?.cancel();
  return response.status === 200;
}

async function notReady(running: RunningProcess, what: string): Promise<Failure> {
  const reason = await lastErrorLine(running.log);
  return new Failure(`${running.name} ${what}${reason ? `: ${reason}` : ""} (log: ${running.log})`);
}

async function stop(child: ChildProcess, exited: Promise<unknown>, ask: ProcessAsk): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(ask.stopSignal);
  const over = new AbortController();
  const late = pause(ask.stopSecondsMax * 1000, "late", { signal: over.signal }).catch(() => "in time");
  if ((await Promise.race([exited, late])) === "late") {
    child.kill("SIGKILL");
    await exited;
  }
  over.abort();
}
