import type { MatchKeys } from "./match-keys.ts";

/** A source record as the match rule sees it: its key (`<library>:<001>`) and its match keys. */
export type Member = { sourceKey: string; keys: MatchKeys };

/** The records that share a value, for each value in the order of its text; records in the order of their source keys. */
export function blocks(records: Member[], valuesOf: (keys: MatchKeys) => string[]): Member[][] {
  const byValue = new Map<string, Member[]>();
  for (const record of records) {
    for (const value of new Set(valuesOf(record.keys))) {
      const sharing = byValue.get(value);
      if (sharing) sharing.push(record);
      else byValue.set(value, [record]);
    }
  }
  return [...byValue.entries()]
    .filter(([, sharing]) => sharing.length > 1)
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([, sharing]) => sharing);
}
