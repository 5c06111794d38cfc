import { setTimeout as pause } from "node:timers/promises";
import type { RunningProcess } from "../../deploy/run/process.ts";

/** A process of a fault world, which a test may start, harm and start again. */
export type Victim = {
  readonly name: string;
  /** 0 while it does not run. */
  readonly pid: number;
  /** @param settings over its own, as FAULT */
  start(settings?: Record<string, string>): Promise<void>;
  /** SIGKILL, as a power cut would; settles when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: it neither works nor closes anything, until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends it as a release would. */
  stop(): Promise<void>;
  /** Waits until the one that was started last has ended. @returns the signal that ended it, if it was one */
  ended(): Promise<NodeJS.Signals | null>;
};

// Whoever still runs then has not passed the point at which it should have been killed.
const endMsMax = 300_000;

/** @param launch starts the process and waits until it is ready */
export function aVictim(name: string, launch: (settings: Record<string, string>) => Promise<RunningProcess>): Victim {
  let running: RunningProcess | undefined;
  let latest: RunningProcess | undefined;
  const signal = (which: NodeJS.Signals) => {
    if (running) process.kill(running.pid, which);
  };
  return {
    name,
    get pid() {
      return running?.pid ?? 0;
    },
    async start(settings = {}) {
      const started = await launch(settings);
      running = started;
      latest = started;
      void started.exited.then(() => {
        if (running === started) running = undefined;
      });
    },
    async kill() {
      const { exited } = running ?? {};
      signal("SIGKILL");
      await exited;
    },
    pause: () => signal("SIGSTOP"),
    resume: () => signal("SIGCONT"),
    async stop() {
      // One that is paused hears no other signal.
      signal("SIGCONT");
      await running?.stop();
    },
    async ended() {
      if (!latest) throw new Error(`${name} was never started`);
      const end = await Promise.race([latest.exited, pause(endMsMax, "late" as const, { ref: false })]);
      if (end === "late") throw new Error(`${name} still runs after ${endMsMax / 1000} s`);
      return end;
    },
  };
}
