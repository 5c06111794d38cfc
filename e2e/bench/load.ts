import { setTimeout as pause } from "node:timers/promises";

/** What came of a load: how many a second, and how long each took, in milliseconds and in order. */
export type Driven = { perSecond: number; done: number; ms: number[] };

/**
 * Lets so many clients do one thing after the other for so many seconds, each as soon as its last is done. An error ends
 * the measurement: figures of failing calls would be figures of something else.
 * @param one does the nth thing; clients share the count, so no two do the same
 */
export async function drive(clients: number, seconds: number, one: (n: number) => Promise<void>): Promise<Driven> {
  const ms: number[] = [];
  let n = 0;
  const started = performance.now();
  const end = started + seconds * 1000;
  const client = async () => {
    while (performance.now() < end) {
      const began = performance.now();
      await one(n++);
      ms.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return {
    perSecond: (ms.length * 1000) / (performance.now() - started),
    done: ms.length,
    ms: ms.sort((x, y) => x - y),
  };
}

/**
 * Offers so many a second, whether or not the last ones are done, so that a slow answer makes no room for itself.
 * @returns the durations, from when each should have begun
 */
export async function offer(perSecond: number, seconds: number, one: (n: number) => Promise<void>): Promise<Driven> {
  const ms: number[] = [];
  const started = performance.now();
  const all = Math.floor(perSecond * seconds);
  const running: Promise<void>[] = [];
  for (let n = 0; n < all; n += 1) {
    const due = started + (n * 1000) / perSecond;
    await waitUntil(due);
    const thing = one(n).then(() => void ms.push(performance.now() - due));
    // It is waited for at the end; until then nobody hears of its failure.
    thing.catch(() => undefined);
    running.push(thing);
  }
  await Promise.all(running);
  return {
    perSecond: (ms.length * 1000) / (performance.now() - started),
    done: ms.length,
    ms: ms.sort((x, y) => x - y),
  };
}

/**
 * Repeats a round until all rounds together took so long. For what cannot be stopped at a time, and must be prepared before it
 * is measured.
 * @param round prepares, and returns how many milliseconds the rest took
 * @param things how many are done in a round
 * @returns how many a second
 */
export async function rounds(seconds: number, things: number, round: () => Promise<number>): Promise<number> {
  let [ms, done] = [0, 0];
  for (; ms < seconds * 1000; done += things) ms += await round();
  return (done * 1000) / ms;
}

/** The value below which this part of the sorted values lies; 0.5 is the median. */
export function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** Waits until the clock of `performance.now()` says so. */
export async function waitUntil(due: number): Promise<void> {
  for (let left = due - performance.now(); left > 0; left = due - performance.now()) {
    // A timer wakes a millisecond late or more; the last stretch is waited for by turns of the event loop.
    await (left > 2 ? pause(left - 1.5) : new Promise((resume) => setImmediate(resume)));
  }
}
