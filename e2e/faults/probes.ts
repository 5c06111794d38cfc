import { setTimeout as pause } from "node:timers/promises";
import { CallFault } from "@lienthong/rpc/fault.ts";

/** One call of many: when it was due, how long it took, and `ok` or the kind of its fault. */
export type Probe = { at: number; ms: number; outcome: string };

export type Probes = { stop(): Promise<Probe[]> };

/** Makes a call so many times a second, whether the earlier ones have been answered or not, until it is stopped. */
export function offer(perSecond: number, call: () => Promise<unknown>): Probes {
  const probes: Promise<Probe>[] = [];
  let stopped = false;
  async function probe(at: number): Promise<Probe> {
    const outcome = await call().then(
      () => "ok",
      (error: unknown) => {
        if (error instanceof CallFault) return error.kind;
        throw error;
      },
    );
    return { at, ms: performance.now() - at, outcome };
  }
  async function run(): Promise<void> {
    const began = performance.now();
    for (let n = 0; !stopped; n += 1) {
      const due = began + (n * 1000) / perSecond;
      await pause(Math.max(0, due - performance.now()));
      const probing = probe(performance.now());
      // It is waited for at the end; until then nobody hears of its failure.
      probing.catch(() => undefined);
      probes.push(probing);
    }
  }
  const running = run();
  return {
    async stop() {
      stopped = true;
      await running;
      return Promise.all(probes);
    },
  };
}

/** @returns 0 of none */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export const outcomes = (probes: readonly Probe[]): Record<string, number> => {
  const counted: Record<string, number> = {};
  for (const { outcome } of probes) counted[outcome] = (counted[outcome] ?? 0) + 1;
  return counted;
};
