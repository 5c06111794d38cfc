import { readSettings, type Settings } from "../settings.ts";
import { type Account, assertReachable, partsAccount } from "./account.ts";
import { Failure } from "./failure.ts";
import { type Places, readPlaces } from "./places.ts";
import { type ProcessAsk, type RunningProcess, startProcess, stepBack } from "./process.ts";
import { mkdir } from "node:fs/promises";

/** What runs of this clone: it knows the places and settings, starts processes, and stops all of them in reverse. */
export type Platform = {
  places: Places;
  settings: Settings;
  account: Account | undefined;
  /** Whether it runs for some minutes only, and is forgotten afterwards. */
  brief: boolean;
  say(line: string): void;
  /** Does one step of a start and says how it went in one line. */
  step<T>(name: string, address: string, work: () => Promise<T>): Promise<T>;
  launch(ask: ProcessAsk): Promise<RunningProcess>;
  /** From now on what can wait goes behind the rest where processors are scarce; to start it needs all it can get. */
  deskFirst(): Promise<void>;
  /** From now on, says of everything that was started when it ends by itself. */
  watch(): void;
  /** Settles when somebody asks the command to stop. */
  stopAsked: Promise<void>;
  stopAll(): Promise<void>;
};

/** What a part needs to be started: where things lie, on which ports, as whom it runs, and who starts it. */
export type Ground = Pick<Platform, "places" | "settings" | "account" | "launch">;

/** Reads places and settings and makes the folders that are missing. */
export async function openGround(environment: NodeJS.ProcessEnv): Promise<Omit<Ground, "launch">> {
  const places = readPlaces(environment);
  const settings = readSettings(environment);
  const account = await partsAccount();
  for (const folder of [places.cache, places.kept, places.logs]) await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const folder of [places.cache, places.kept]) await assertReachable(folder, account);
  return { places, settings, account };
}

/** @param asked brief as in Platform; one that is not asked for is to stay */
export async function openPlatform({ brief = false } = {}): Promise<Platform> {
  const ground = await openGround(process.env);

  const started: RunningProcess[] = [];
  const canWait: RunningProcess[] = [];
  let stopping = false;
  const stopAsked = new Promise<void>((resolve) => {
    // Never "once": at Ctrl-C npm passes the signal on too, and a second one must not cut the orderly stop short.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
  const say = (line: string) => void process.stdout.write(`${line}\n`);

  return {
    ...ground,
    brief,
    say,
    stopAsked,
    async step(name, address, work) {
      const begin = performance.now();
      const result = await work().catch((error: unknown) => {
        throw fromOutside(error) ? new Failure(`${name} (${address}): ${error.message}`, { cause: error }) : error;
      });
      if (!stopping) say(`${name.padEnd(20)} ready ${seconds(begin).padStart(7)}   ${address}`);
      return result;
    },
    async launch(ask) {
      if (stopping) throw new Failure(`${ask.name} was not started, because the platform is being stopped.`);
      const running = await startProcess(ask);
      started.push(running);
      if (ask.canWait) canWait.push(running);
      return running;
    },
    async deskFirst() {
      for (const running of canWait)
        await stepBack(running).catch((error: Error) =>
          say(`${running.name} goes on with the same share of the processors as the others: ${error.message}`),
        );
    },
    watch() {
      for (const { name, log, exited } of started)
        void exited.then(() => {
          if (!stopping) say(`${name} has ended; the others go on. Its log: ${log}`);
        });
    },
    async stopAll() {
      stopping = true;
      for (const running of started.toReversed()) {
        const begin = performance.now();
        await running.stop();
        say(`${running.name.padEnd(20)} stopped ${seconds(begin).padStart(5)}`);
      }
    },
  };
}

/**
 * Runs a start to its end, waits until somebody asks to stop, and stops everything in reverse; the same when the start
 * fails or is interrupted.
 */
export async function runUntilAsked(platform: Platform, start: () => Promise<void>): Promise<void> {
  try {
    await Promise.race([start().then(platform.watch), platform.stopAsked]);
    await platform.stopAsked;
  } finally {
    await platform.stopAll();
  }
}

function seconds(begin: number): string {
  return `${((performance.now() - begin) / 1000).toFixed(1)} s`;
}

/** Errors of the system, of a connection and of a database carry a code; a defect of ours does not. */
function fromOutside(error: unknown): error is Error {
  return error instanceof Error && !(error instanceof Failure) && "code" in error;
}
