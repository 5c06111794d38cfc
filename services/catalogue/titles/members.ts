import type { MatchKeys } from "./match-keys.ts";

/** A source record as the match rule sees it: its key (`<library>:<001>`) and its match keys. */
export type Member = { sourceKey: string; keys: MatchKeys };

/** The values that join a record with others of its title, each with its kind: what a title neighbourhood is closed under. */
export function titleValues({ s1, s2, s3, s4 }: MatchKeys): string[] {
  return [...named("s1", s1), ...named("s2", s2), ...named("s3", s3), ...named("s4", s4 ? [s4] : [])];
}

/** The values that bring a record before a person beside others, each with its kind. */
export function reviewValues({ c1, c2, c3 }: MatchKeys): string[] {
  return [...named("c1", c1 ? [c1] : []), ...named("c2", c2), ...named("c3", c3)];
}

function named(kind: string, values: string[]): string[] {
  return values.map((value) => `${kind} ${value}`);
}

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
