import { all, type As, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Counted } from "./facets.ts";

// Libraries change their names every few years; every search shows some dozen of them.
const keptMs = 30_000;
// A country has some ten thousand libraries.
const keptMax = 100_000;

const known = new Map<string, { label: string; until: number }>();

/** The names of libraries and provinces, by facet and value, as they were half a minute ago at most. */
export async function labelsOf(as: As, keys: readonly string[]): Promise<Map<string, string>> {
  const now = Date.now();
  const asked = keys.filter((key) => (known.get(key)?.until ?? 0) < now);
  if (asked.length > 0) {
    if (known.size > keptMax) known.clear();
    const read = new Map((await as((tx) => readLabels(tx, asked))).map(({ key, label }) => [key, label]));
    for (const key of asked) known.set(key, { label: read.get(key) ?? "", until: now + keptMs });
  }
  return new Map(keys.flatMap((key) => (known.get(key)?.label ? [[key, known.get(key)!.label] as const] : [])));
}

/** The values among the counts that have a name of their own. */
export const keysIn = (counted: Counted): string[] =>
  (["library", "province"] as const).flatMap((name) =>
    (counted[name].values.buckets as { key: string }[]).map(({ key }) => `${name}:${key}`),
  );

const readLabels = (tx: Transaction, keys: readonly string[]): Promise<{ key: string; label: string }[]> => {
  const of = (name: string) =>
    keys.filter((key) => key.startsWith(`${name}:`)).map((key) => key.slice(name.length + 1));
  return all<{ key: string; label: string }>(
    tx,
    sql`
    select 'library:' || id as key, name as label from library where id = any(${of("library")}::text[])
    union all
    select distinct on (province) 'province:' || province, province_name from library
    where province = any(${of("province")}::text[])`,
  );
};
