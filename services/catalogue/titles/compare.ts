import { all, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { job } from "@lienthong/jobs/job.ts";
import { z } from "zod";
import { cluster } from "./cluster.ts";
import { factsOn, neighbours, reviewNeighbourhood, titleNeighbourhood } from "./neighbourhood.ts";

// Records compared in one transaction. Their neighbourhoods are read whole, and those of school books are large.
const stepRecords = 200;

/**
 * Finds the pairs that people should look at, for records whose titles changed. Queued by what changed them; by the clock
 * it finds what a kill left over.
 */
export const compareTitles = job("compare-titles", { cron: "*/5 * * * *", payload: z.unknown() }, async (work) => {
  while (!work.stopping.aborted && (await work.as(compareSome)) > 0);
});

/** Finds the review pairs of some records whose titles have changed. @returns of how many */
export async function compareSome(tx: Transaction): Promise<number> {
  const taken = await all<{ id: string; turn: bigint }>(
    tx,
    sql`select record_id as id, turn from record_to_compare order by turn limit ${stepRecords}`,
  );
  if (taken.length === 0) return 0;
  const ids = taken.map((row) => row.id);
  await comparePairs(tx, ids);
  // A record that changed meanwhile has a later turn and stays.
  await run(
    tx,
    sql`
    delete from record_to_compare using unnest(${ids}::uuid[], ${taken.map((row) => row.turn)}::bigint[]) as done(id, turn)
    where record_id = done.id and record_to_compare.turn = done.turn`,
  );
  return taken.length;
}

/** Brings the review list to what is true of the titles of these records. */
export async function comparePairs(tx: Transaction, ids: readonly string[]): Promise<void> {
  const own = await titleNeighbourhood(tx, ids);
  const wider = [...new Set([...own, ...(await reviewNeighbourhood(tx, own))])];
  const near = await neighbours(tx, wider);
  const living = near.filter((record) => !record.deleted);
  const byKey = new Map(living.map((record) => [record.sourceKey, record]));
  const isOwn = new Set(own);
  const pairs = cluster(living, await factsOn(tx, wider)).review.flatMap(({ a, b, reason }) => {
    const [left, right] = [byKey.get(a)!, byKey.get(b)!];
    if (!isOwn.has(left.id) && !isOwn.has(right.id)) return [];
    return [{ a: left.id, b: right.id, a_library: left.libraryId, b_library: right.libraryId, reason }];
  });
  await run(
    tx,
    sql`
    with found as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb)
        as row(a uuid, b uuid, a_library text, b_library text, reason text)
    ), no_longer as (
      delete from review_pair
      where (a = any(${own}::uuid[]) or b = any(${own}::uuid[]))
        and not exists (select from found where found.a = review_pair.a and found.b = review_pair.b))
    insert into review_pair (a, b, a_library, b_library, reason)
    select a, b, a_library, b_library, reason from found
    on conflict (a, b) do update set reason = excluded.reason where review_pair.reason <> excluded.reason`,
  );
}
