import { firstOf, isUuid, type Versioned, versioned } from "./aggregates.ts";
import type { Evidence } from "./evidence.ts";
import type { Invariant } from "./invariant.ts";
import { pages } from "./pages.ts";
import { streamAgainstArchive } from "./stream-against-archive.ts";

/** A change and its event are one transaction, and what was published lies on the bus for as long as the bus keeps it. */
export const rowsAndEvents: Invariant = {
  id: "I7",
  promises: "No event is told without its row, no row changes without its event, and the bus holds what was published.",
  async *violations(evidence) {
    for (const service of evidence.services) {
      const { own } = await versioned(evidence, service);
      for (const table of own) yield* rowsWithoutEvent(evidence, service, table);
      if (own.length > 0) yield* eventsWithoutRow(evidence, service, own);
    }
    yield* streamAgainstArchive(evidence);
  },
};

// An import tells its end alone: nobody follows its steps but the page that asks for them.
const toldAtTheEnd: Readonly<Record<string, string>> = { import: "finished_at is not null" };

// What the archive has surely still got: it keeps 28 days, by whole days.
const keptDays = 27;

/**
 * Rows whose version is not the newest that was told. Where all that is left was put back or told again, newer words may
 * have been forgotten since, and only that nothing was told ahead of the row can be said. Of a row that nobody told of at
 * all, its own age decides: its id says it, or the database is younger than the archive reaches back.
 */
async function* rowsWithoutEvent(evidence: Evidence, service: string, table: Versioned): AsyncGenerator<string> {
  const { table: name, column } = table;
  const born = table.isUuid ? `uuid_extract_timestamp(${column})` : "null::timestamptz";
  const text = `
    with page as materialized (
      select ${column}::text as key, version, ${born} as born from "${name}"
      where ${column} > $1 and ${toldAtTheEnd[name] ?? "true"} order by ${column} limit $2),
    waiting as materialized (
      select aggregate, max(version) as version, bool_or(not republished) as original
      from outbox where aggregate in (select key from page) group by aggregate)
    select key, case when originals or waiting.original then page.version <> told else page.version < told end
                or told is null and (born > now() - interval '${keptDays} days' or whole) as broken
    from page
    left join waiting on waiting.aggregate = page.key
    cross join lateral (
      select greatest(max(kept.version), waiting.version) as told, bool_or(not republished) as originals
      from outbox_archive kept where kept.aggregate = page.key) archive
    cross join (select min(run_on) > now() - interval '${keptDays} days' as whole from frame_migration) since
    order by key`;
  // The page is told by its keys in the order of the column, which for an id is the order of its text as well.
  for await (const rows of pages<{ key: string; broken: boolean }>(evidence, service, text, firstOf(table)))
    for (const { key, broken } of rows) if (broken) yield `${service}:${name}:${key}`;
}

/** What was told as new and is in no table. What was only told again may be of a row that has been forgotten since. */
async function* eventsWithoutRow(
  evidence: Evidence,
  service: string,
  own: readonly Versioned[],
): AsyncGenerator<string> {
  for await (const told of pages<{ key: string }>(evidence, service, toldAsNew, "")) {
    const missing = new Set(told.map(({ key }) => key));
    for (const { table, column, isUuid: byUuid } of own) {
      const keys = byUuid ? [...missing].filter(isUuid) : [...missing];
      const found = await evidence.rows<{ key: string }>(
        service,
        `select ${column}::text as key from "${table}" where ${column} = any($1::${byUuid ? "uuid" : "text"}[])`,
        [keys],
      );
      for (const { key } of found) missing.delete(key);
    }
    for (const key of missing) yield `${service}:event:${key}`;
  }
}

const toldAsNew = `
  select aggregate as key from (
    (select distinct aggregate from outbox_archive
     where aggregate > $1 and not republished and published_at > now() - interval '${keptDays} days'
     order by aggregate limit $2)
    union
    (select distinct aggregate from outbox where aggregate > $1 and not republished order by aggregate limit $2)) told
  order by aggregate limit $2`;
