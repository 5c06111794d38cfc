import { planForTheseValues } from "@lienthong/database/plan.ts";
import { all, run, sql, type Transaction } from "@lienthong/database/transaction.ts";

/**
 * How long a new title may wait, while many do, for circulation to tell where its copies are: its document is then made once
 * instead of twice. Where circulation is away it goes without.
 */
export const wordComesWithinSeconds = 5;

/**
 * Says that the search documents of these titles are older than what they show, in the transaction of the change. The
 * version that the titles' rows get is the version their documents will have.
 * @param heard circulation's word has come: they go before those that may wait for it
 */
export async function markForIndex(tx: Transaction, titleIds: readonly string[], heard = false): Promise<void> {
  if (titleIds.length === 0) return;
  await run(
    tx,
    sql`
    with marked as (
      update title set index_version = next_version(index_version)
      where id in (select id from title where id = any(${titleIds}::text[]) order by id for update)
      returning id, index_version)
    insert into title_to_index (title_id, version, at)
    select id, index_version, clock_timestamp() - make_interval(secs => ${heard ? wordComesWithinSeconds : 0}) from marked
    on conflict (title_id) do update set version = excluded.version, at = least(title_to_index.at, excluded.at), tries = 0`,
  );
}

/** Says the same without touching the titles' rows: for consumers, whose batches would lock them in the order of events. */
export async function markForIndexLater(tx: Transaction, titleIds: readonly string[]): Promise<void> {
  await run(tx, sql`insert into title_to_mark (title_id) select unnest(${titleIds}::text[])`);
}

// One statement's worth: the titles are locked in the order of their ids and let go at once.
const markedMax = 2_000;

/** Marks titles that consumers spoke of. @returns whether there are more */
export async function markSpokenOf(tx: Transaction): Promise<boolean> {
  await run(tx, sql`select ${planForTheseValues}`);
  const taken = await all<{ id: string }>(
    tx,
    sql`
    delete from title_to_mark where ctid = any(array(
      select ctid from title_to_mark order by pos limit ${markedMax} for update skip locked))
    returning title_id as id`,
  );
  await markForIndex(tx, [...new Set(taken.map((row) => row.id))], true);
  return taken.length === markedMax;
}
