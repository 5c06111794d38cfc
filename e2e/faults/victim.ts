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
  /** Settles when it has ended, for whatever reason. */
  ended(): Promise<void>;
};

/** @param launch starts the process and waits until it is ready */
export function aVictim(name: string, launch: (settings: Record<string, string>) => Promise<RunningProcess>): Victim {
  let running: RunningProcess | undefined;
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
    ended: async () => running?.exited,
  };
}
