import type { CallFault } from "@lienthong/rpc/fault.ts";
import type { Entry } from "./history.ts";

/** Something that was found done when everything was read back; `at` tells its place among those that have one. */
export type Effect = { value: string; at?: Date };

export type Verdict = {
  /** How many asks were answered, were refused, and never got an answer. */
  ok: number;
  refused: number;
  unknown: number;
  /** How many asks got no answer at first, and had to be sent again. */
  asked: number;
  /** Effects that were answered for and are not there. */
  lost: string[];
  /** Effects that are there more often than anybody was answered for. */
  duplicate: string[];
  /** Effects of one process that came about in another order than it asked for them. */
  disordered: string[];
  /** Keys that got one answer first and another one afterwards. */
  changed: string[];
  /** Keys of which somebody was told of a fault of ours, where "not now" would have been true. */
  misled: string[];
};

/** Lays what clients were told beside what is there. */
export function verdictOf(history: readonly Entry[], effects: readonly Effect[]): Verdict {
  const asks = Map.groupBy(history, (entry) => entry.key);
  const answers = [...asks.values()].map((entries) => entries.filter(({ type }) => type === "ok" || type === "fail"));
  const first = answers.flatMap((entries) => entries.slice(0, 1));
  const done = first.filter(({ type }) => type === "ok");
  const unknown = asks.size - first.length;

  const claimed = countsOf(done.map(({ value }) => value));
  const found = countsOf(effects.map(({ value }) => value));
  const surplus = [...found].filter(([value, times]) => times > (claimed.get(value) ?? 0)).map(([value]) => value);
  return {
    ok: done.length,
    refused: first.length - done.length,
    unknown,
    asked: [...asks.values()].filter((entries) => entries.some(({ type }) => type === "info")).length,
    lost: [...claimed].filter(([value, times]) => times > (found.get(value) ?? 0)).map(([value]) => value),
    // What nobody was told of may be the effect of an ask that never got an answer.
    duplicate: surplus.length > unknown ? surplus : [],
    disordered: disordered(done, effects),
    changed: answers
      .filter(([one, ...again]) => again.some(({ type, value }) => type !== one?.type || value !== one.value))
      .map(([one]) => one?.key ?? ""),
    misled: [...asks].filter(([, entries]) => entries.some(isMisleading)).map(([key]) => key),
  };
}

const isMisleading = ({ type, value }: Entry) => type === "info" && value === ("fault" satisfies CallFault["kind"]);

/** What of a verdict must be empty. */
export const wrongs = ["lost", "duplicate", "disordered", "changed", "misled"] as const;

export const isClean = (verdict: Verdict): boolean => wrongs.every((wrong) => verdict[wrong].length === 0);

function disordered(done: readonly Entry[], effects: readonly Effect[]): string[] {
  const places = new Map(effects.flatMap(({ value, at }) => (at ? [[value, at.getTime()] as const] : [])));
  return [...Map.groupBy(done, ({ process }) => process).values()].flatMap((own) => {
    let latest = Number.NEGATIVE_INFINITY;
    return own
      .toSorted((one, other) => one.counter - other.counter)
      .flatMap(({ value }) => {
        const place = places.get(value) ?? latest;
        const early = place < latest;
        latest = Math.max(latest, place);
        return early ? [value] : [];
      });
  });
}

function countsOf(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
