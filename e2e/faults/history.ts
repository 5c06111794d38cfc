import { appendFileSync } from "node:fs";

/**
 * One line of a history, in the form that Jepsen gave to such tests: a client invokes, and learns that it was done (`ok`),
 * that it was refused and nothing was done (`fail`), or nothing (`info`: it may have been done or not).
 */
export type Entry = {
  type: "invoke" | "ok" | "fail" | "info";
  process: number;
  /** Which of the process's asks this is; with the process it names the ask for ever. */
  counter: number;
  /** The request id, the same for every time this is asked again. */
  key: string;
  act: string;
  /** At `ok` the effect that was answered for, at `fail` the refusal, at `info` the fault. */
  value: string;
  /** Milliseconds since the history began. */
  at: number;
};

export type History = { readonly entries: readonly Entry[]; write(entry: Omit<Entry, "at">): void };

/** @param file takes the lines as they come, as JSON */
export function aHistory(file?: string): History {
  const began = performance.now();
  const entries: Entry[] = [];
  return {
    entries,
    write(line) {
      const entry = { ...line, at: Math.round(performance.now() - began) };
      entries.push(entry);
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(entry)}\n`);
    },
  };
}
