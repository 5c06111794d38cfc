import { announceAll } from "@lienthong/bus/announce.ts";
import { all, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { RecordChanged, TitleChanged } from "@lienthong/proto/catalogue/v1/events.ts";
import { markForIndex } from "../indexing/mark.ts";
import { moveItems } from "../items/write.ts";
import { storable } from "../storable.ts";
import { cluster } from "./cluster.ts";
import { factsOn, type Neighbour, neighbours, titleNeighbourhood } from "./neighbourhood.ts";
import { type Presented, present } from "./present.ts";
import { recordColumns, titleEvent } from "./title.ts";

/** Records that were written or deleted, and the uniting keys by which they were found before. */
export type Touched = { written: readonly string[]; formerKeys: readonly bigint[] };

/**
 * Lets this transaction form titles, and makes all others that would wait until it has ended: what two of them saw of each
 * other's records would depend on which came first. Taken before any record is written, always as the first lock.
 */
export async function lockTitles(tx: Transaction): Promise<void> {
  // A batch ahead of this one takes a second at most, but several may be ahead.
  await run(
    tx,
    sql`
    select set_config('lt.titles', 'yes', true), set_config('lock_timeout', '20s', true),
           pg_advisory_xact_lock(hashtext('titles'))`,
  );
}

/**
 * Forms the titles of these records anew, and of all that are or were one with them; announces every record and title that
 * changed. The result depends on the records and facts alone, whatever came first. Needs `lockTitles`.
 * @param around records that nobody wrote, but of which something new is said
 * @returns the title of each record in sight that is not deleted
 */
export async function regroup(
  tx: Transaction,
  touched: Touched,
  around: readonly string[] = [],
): Promise<ReadonlyMap<string, string>> {
  const begin = [...touched.written, ...around];
  if (begin.length === 0) return new Map();
  const ids = await titleNeighbourhood(tx, begin, touched.formerKeys);
  const [near, facts] = [await neighbours(tx, ids), await factsOn(tx, ids)];
  const living = new Map(near.filter((record) => !record.deleted).map((record) => [record.sourceKey, record]));
  const { titles } = cluster(living.values(), facts);
  const membersOf = new Map(titles.map(({ id, members }) => [id, members.map((key) => living.get(key)!)]));
  const titleOf = new Map(titles.flatMap(({ id, members }) => members.map((key) => [living.get(key)!.id, id])));

  const written = new Set(touched.written);
  const moved = near.filter((record) => !record.deleted && titleOf.get(record.id) !== record.titleId);
  await moveRecords(tx, moved, titleOf, written);
  await letDeletedFollow(tx, near, titleOf);

  const changed = near.filter((record) => written.has(record.id) || moved.includes(record));
  const affected = new Set(changed.flatMap((record) => [record.titleId, titleOf.get(record.id) ?? record.titleId]));
  await writeTitles(tx, affected, membersOf);
  const records = await all<RecordChanged>(
    tx,
    sql`select ${recordColumns} from record where id = any(${changed.map((record) => record.id)}::uuid[]) order by id`,
  );
  await announceAll(tx, RecordChanged, records);
  await moveItems(
    tx,
    new Map(moved.filter((record) => !written.has(record.id)).map((record) => [record.id, titleOf.get(record.id)!])),
  );
  await markForIndex(tx, [...affected]);
  await compareLater(
    tx,
    changed.map((record) => record.id),
  );
  return titleOf;
}

/** Records that were written have their new version already; the others get one because they belong elsewhere now. */
async function moveRecords(
  tx: Transaction,
  moved: readonly Neighbour[],
  titleOf: ReadonlyMap<string, string>,
  written: ReadonlySet<string>,
): Promise<void> {
  if (moved.length === 0) return;
  await run(
    tx,
    sql`
    update record set title_id = row.title_id,
      version = case when row.written then version else next_version(version) end
    from unnest(${moved.map((record) => record.id)}::uuid[], ${moved.map((record) => titleOf.get(record.id)!)}::text[],
                ${moved.map((record) => written.has(record.id))}::boolean[]) as row(id, title_id, written)
    where record.id = row.id`,
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

/** Writes what the titles show now, announces those that show something else than before or have no record left. */
async function writeTitles(
  tx: Transaction,
  affected: ReadonlySet<string>,
  membersOf: ReadonlyMap<string, Neighbour[]>,
): Promise<void> {
  const rows = [...affected].flatMap((id) => {
    const members = membersOf.get(id);
    return members ? [{ id, presented: present(members) }] : [];
  });
  const empty = [...affected].filter((id) => !membersOf.has(id));
  type Row = { id: string; version: bigint; presented: Presented; gone: boolean; told: boolean };
  const standing = await all<Row>(
    tx,
    sql`
    insert into title (id, presented)
    select id, presented from jsonb_to_recordset(${storable(rows)}::jsonb)
      as row(id text, presented jsonb) order by id
    on conflict (id) do update set
      version = case when title.gone or title.presented <> excluded.presented
                then next_version(title.version) else title.version end,
      presented = excluded.presented, gone = false, changed_at = now()
    returning id, version, presented, gone, old.version is distinct from version as told`,
  );
  const gone = await all<Row>(
    tx,
    sql`
    update title set gone = true, version = next_version(version), changed_at = now()
    where id = any(${empty}::text[]) and not gone returning id, version, presented, gone, true as told`,
  );
  await announceAll(tx, TitleChanged, [...standing, ...gone].filter((row) => row.told).map(titleEvent));
}

async function compareLater(tx: Transaction, ids: readonly string[]): Promise<void> {
  await run(
    tx,
    sql`
    insert into record_to_compare (record_id) select unnest(${ids}::uuid[])
    on conflict (record_id) do update set turn = default, at = clock_timestamp()`,
  );
}
