import { setTimeout as pause } from "node:timers/promises";

/**
 * Reads again and again until what is read fulfils the condition.
 * @param withinMs how long at most; the last value read stands in the error
 */
export async function until<Value>(
  read: () => Promise<Value> | Value,
  fulfils: (value: Value) => boolean = Boolean,
  withinMs = 15_000,
): Promise<Value> {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (fulfils(value)) return value;
    if (Date.now() > end) throw new Error(`Not within ${withinMs} ms; last seen: ${inspectShort(value)}`);
    await pause(20);
  }
}

const inspectShort = (value: unknown) =>
  JSON.stringify(value, (_key, part) => (typeof part === "bigint" ? part.toString() : part))?.slice(0, 2_000);
