import { firstOf, versioned, type Versioned } from "./aggregates.ts";
import type { Evidence } from "./evidence.ts";
import { heardUntil, hearings, keptOnBusDays } from "./heard.ts";
import type { Invariant } from "./invariant.ts";
import { pages } from "./pages.ts";

/** Events of one aggregate are numbered without a hole, and whoever copies it stands at the newest number it was told. */
export const orderPerAggregate: Invariant = {
  id: "I4",
  promises:
    "What is told of one thing has versions without a hole, and no copy of it falls behind what its owner told.",
  async *violations(evidence) {
    for (const service of evidence.services) yield* holes(evidence, service);
    const declared = await hearings(evidence);
    for (const hearer of evidence.services) {
      const owners = declared.filter((one) => one.hearer === hearer);
      const untils = await Promise.all(owners.map((hearing) => heardUntil(evidence, hearing)));
      const told = owners.map(({ owner }, place) => ({ owner, until: untils[place]! }));
      const { copies } = await versioned(evidence, hearer);
      for (const copy of copies) yield* behind(evidence, hearer, copy, told);
    }
  },
};

/**
 * Versions from the first that was told as new: what was only told again may be older than all that the archive keeps, and
 * its neighbours forgotten. A version counts once however often it was told.
 */
async function* holes(evidence: Evidence, service: string): AsyncGenerator<string> {
  for await (const aggregates of pages<{ key: string }>(evidence, service, aggregatesTold, "")) {
    const range = [aggregates[0]!.key, aggregates.at(-1)!.key];
    const rows = await evidence.rows<{ aggregate: string }>(service, aggregatesWithHoles, range);
    for (const { aggregate } of rows) yield `${service}:${aggregate}`;
  }
}

const aggregatesTold = `
  select aggregate as key from (
    (select distinct aggregate from outbox_archive where aggregate > $1 order by aggregate limit $2)
    union
    (select distinct aggregate from outbox where aggregate > $1 order by aggregate limit $2)) told
  order by aggregate limit $2`;

// One statement sees one moment: a version and its event commit together, and so does the move into the archive.
const aggregatesWithHoles = `
  with told as (
    select aggregate, version, republished from outbox_archive where aggregate between $1 and $2
    union all
    select aggregate, version, republished from outbox where aggregate between $1 and $2)
  select aggregate from (
    select aggregate, version,
           min(version) filter (where not republished) over (partition by aggregate, version >> 40) as first
    from told) since
  where version >= first group by aggregate, version >> 40
  having max(version) - min(version) + 1 <> count(distinct version)`;

type Told = { owner: string; until: Date };

/** Rows of a copy that are older than what their owner published, or newer than all that it ever told. */
async function* behind(
  evidence: Evidence,
  hearer: string,
  copy: Versioned,
  owners: readonly Told[],
): AsyncGenerator<string> {
  const { table, column } = copy;
  const text = `select ${column}::text as key, version from "${table}" where ${column} > $1 order by ${column} limit $2`;
  for await (const rows of pages<{ key: string; version: bigint }>(evidence, hearer, text, firstOf(copy))) {
    const keys = rows.map(({ key }) => key);
    const told = await Promise.all(owners.map((owner) => newestTold(evidence, owner, keys)));
    for (const { key, version } of rows) {
      const newest = told.map((one) => one.get(key)).find(Boolean);
      if (newest && (version < newest.due || version > (newest.ever ?? version))) yield `${hearer}:${table}:${key}`;
    }
  }
}

/**
 * The newest version of each that must have been applied by now, and the newest there is. What was only put back or told
 * again says nothing of what came after it: the archive may have forgotten that.
 */
async function newestTold(evidence: Evidence, { owner, until }: Told, keys: readonly string[]) {
  const rows = await evidence.rows<{ aggregate: string; due: bigint; ever: bigint | null }>(
    owner,
    `with asked as materialized (select unnest($1::text[]) as aggregate)
     select aggregate,
            coalesce(max(version) filter (
              where published_at < $2 and published_at > now() - interval '${keptOnBusDays} days'), 0) as due,
            case when bool_or(not republished) then max(version) end as ever
     from (select aggregate, version, republished, published_at from asked join outbox_archive using (aggregate)
           union all
           select aggregate, version, republished, null from asked join outbox using (aggregate)) told
     group by aggregate`,
    [keys, until],
  );
  return new Map(rows.map(({ aggregate, due, ever }) => [aggregate, { due, ever }]));
}
