import { announce } from "@lienthong/bus/announce.ts";
import { planForTheseValues } from "@lienthong/database/plan.ts";
import { all, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { RecordChanged, TitleChanged } from "@lienthong/proto/catalogue/v1/events.ts";
import { moveItems } from "../items/write.ts";
import { storable } from "../storable.ts";
import { titlesOf, unite } from "./cluster.ts";
import { type Beginning, factsOn, type Neighbour, titleNeighbourhood } from "./neighbourhood.ts";
import { type Presented, present } from "./present.ts";
import { recordColumns, titleEvent } from "./title.ts";
import { keepWords } from "./title-words.ts";

/**
 * Makes all other transactions that would form titles wait until this one has ended: what two of them saw of each other's
 * records would depend on which came first. Taken before any record is written, always as the first lock. Titles are formed
 * as the service, whose records they are of.
 */
export async function lockTitles(tx: Transaction): Promise<void> {
  // A batch ahead of this one takes a second at most, but several may be ahead.
  await run(
    tx,
    sql`
    select ${planForTheseValues}, set_config('lock_timeout', '20s', true), pg_advisory_xact_lock(hashtext('titles'))`,
  );
}

/** The titles of some records and of all that are or were one with them, not yet written. */
export type Formed = {
  /** The title of each record in sight that is not deleted, by the record's id. */
  titleOf: ReadonlyMap<string, string>;
  near: readonly Neighbour[];
  membersOf: ReadonlyMap<string, readonly Neighbour[]>;
  written: ReadonlySet<string>;
};

/**
 * Forms the titles of these records anew, and of all that are or were one with them. The result depends on the records and
 * facts alone, whatever came first. Needs `lockTitles`.
 */
export async function formTitles(tx: Transaction, beginning: Beginning): Promise<Formed> {
  const near = await titleNeighbourhood(tx, beginning);
  const facts = await factsOn(
    tx,
    near.map((record) => record.id),
  );
  const living = new Map(near.filter((record) => !record.deleted).map((record) => [record.sourceKey, record]));
  const titles = titlesOf(unite(living.values(), facts));
  return {
    near,
    membersOf: new Map(titles.map(({ id, members }) => [id, members.map((key) => living.get(key)!)])),
    titleOf: new Map(titles.flatMap(({ id, members }) => members.map((key) => [living.get(key)!.id, id]))),
    written: new Set(beginning.written.map((record) => record.id)),
  };
}

/**
 * Writes titles as they were formed, and announces every record and title that changed.
 * @param told the events of the records that were written or deleted, which stand already where they belong
 */
export async function keepTitles(tx: Transaction, formed: Formed, told: readonly RecordChanged[]): Promise<void> {
  const { near, titleOf, membersOf, written } = formed;
  const moved = near.filter(
    (record) => !record.deleted && !written.has(record.id) && titleOf.get(record.id) !== record.titleId,
  );
  const followed = await moveRecords(tx, moved, titleOf);
  await letDeletedFollow(tx, near, titleOf);

  const changedIds = new Set([...told, ...moved].map((record) => record.id));
  const changed = near.filter((record) => changedIds.has(record.id));
  const affected = new Set(changed.flatMap((record) => [record.titleId, titleOf.get(record.id) ?? record.titleId]));
  // A record that is new was in no title before.
  affected.delete("");
  await writeTitles(tx, affected, membersOf);
  announce(tx, RecordChanged, ...told, ...followed);
  await moveItems(tx, new Map(moved.map((record) => [record.id, titleOf.get(record.id)!])));
  await compareLater(
    tx,
    changed.map((record) => record.id),
  );
}

async function moveRecords(
  tx: Transaction,
  moved: readonly Neighbour[],
  titleOf: ReadonlyMap<string, string>,
): Promise<RecordChanged[]> {
  if (moved.length === 0) return [];
  return all<RecordChanged>(
    tx,
    sql`
    update record set title_id = row.title_id, version = next_version(version)
    from unnest(${moved.map((record) => record.id)}::uuid[], ${moved.map((record) => titleOf.get(record.id)!)}::text[])
      as row(id, title_id)
    where record.id = row.id returning ${recordColumns}`,
  );
}

/** A deleted record's alias leads to where the others of its last title are now. */
async function letDeletedFollow(
  tx: Transaction,
  near: readonly Neighbour[],
  titleOf: ReadonlyMap<string, string>,
): Promise<void> {
  const heirs = new Map<string, string>();
  for (const record of near.toSorted((a, b) => (a.sourceKey < b.sourceKey ? -1 : 1))) {
    const now = titleOf.get(record.id);
    if (now !== undefined && (!heirs.has(record.titleId) || now === record.titleId)) heirs.set(record.titleId, now);
  }
  const following = near.filter(
    (record) => record.deleted && (heirs.get(record.titleId) ?? record.titleId) !== record.titleId,
  );
  if (following.length === 0) return;
  await run(
    tx,
    sql`
    update record set title_id = row.title_id
    from unnest(${following.map((record) => record.id)}::uuid[],
                ${following.map((record) => heirs.get(record.titleId)!)}::text[]) as row(id, title_id)
    where record.id = row.id`,
  );
}

/**
 * Writes what the titles show now, and that their search documents are older than that; announces those that show something
 * else than before or have no record left.
 */
async function writeTitles(
  tx: Transaction,
  affected: ReadonlySet<string>,
  membersOf: ReadonlyMap<string, readonly Neighbour[]>,
): Promise<void> {
  if (affected.size === 0) return;
  const shown = new Map([...affected].map((id) => [id, membersOf.has(id) ? present(membersOf.get(id)!) : undefined]));
  const rows = [...shown].map(([id, presented]) => ({ id, presented: presented ?? {}, gone: !presented }));
  type Row = { id: string; version: bigint; formerly: Presented | null; gone: boolean };
  // One statement for both, in the order of ids: whoever else marks titles locks them in that order too.
  const told = await all<Row>(
    tx,
    sql`
    with kept as (
      insert into title (id, presented, gone)
      select id, presented, gone from jsonb_to_recordset(${storable(rows)}::jsonb)
        as row(id text, presented jsonb, gone boolean) order by id
      on conflict (id) do update set
        version = case when title.gone <> excluded.gone or not excluded.gone and title.presented <> excluded.presented
                  then next_version(title.version) else title.version end,
        presented = case when excluded.gone then title.presented else excluded.presented end,
        gone = excluded.gone, changed_at = now(), index_version = next_version(title.index_version)
      returning id, version, presented, gone, index_version, old.version is distinct from version as told
    ), marked as (
      insert into title_to_index (title_id, version) select id, index_version from kept
      on conflict (title_id) do update set version = excluded.version, at = least(title_to_index.at, excluded.at), tries = 0)
    select id, version, case when gone then presented end as formerly, gone from kept where told`,
  );
  await keepWords(
    tx,
    told.map(({ id }) => ({ id, presented: shown.get(id) })),
  );
  const events = told.map(({ formerly, ...row }) => ({ ...row, presented: (shown.get(row.id) ?? formerly)! }));
  announce(tx, TitleChanged, ...events.map(titleEvent));
}

async function compareLater(tx: Transaction, ids: readonly string[]): Promise<void> {
  await run(
    tx,
    sql`
    insert into record_to_compare (record_id) select unnest(${ids}::uuid[])
    on conflict (record_id) do update set turn = default, at = clock_timestamp()`,
  );
}
