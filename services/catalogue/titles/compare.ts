import { planForTheseValues } from "@lienthong/database/plan.ts";
import { all, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { job } from "@lienthong/jobs/job.ts";
import { z } from "zod";
import { unite } from "./cluster.ts";
import { factsOn, reviewNeighbourhood, type Stranger, titleNeighbourhood } from "./neighbourhood.ts";
import { type ReviewPair, reviewPairs } from "./review.ts";

// Records compared in one transaction. Their neighbourhoods are read whole, and those of school books are large.
const stepRecords = 200;
// While files are imported, what was to be compared changes again and again: it waits, but not for ever, since where many
// libraries are there is always an import.
const waitMinutesMax = 10;

/**
 * Finds the pairs that people should look at, for records whose titles changed. Queued by what changed them; by the clock
 * it finds what a kill left over.
 */
export const compareTitles = job("compare-titles", { cron: "*/5 * * * *", payload: z.unknown() }, async (work) => {
  while (!work.stopping.aborted && (await work.as(compareSome)) > 0);
});

/** Finds the review pairs of some records whose titles have changed. @returns of how many */
async function compareSome(tx: Transaction): Promise<number> {
  await run(tx, sql`select ${planForTheseValues}`);
  const taken = await all<{ id: string; turn: bigint }>(
    tx,
    sql`
    select record_id as id, turn from record_to_compare
    where not exists (select from import where state = 'RUNNING')
      or at < now() - make_interval(mins => ${waitMinutesMax})
    order by turn limit ${stepRecords}`,
  );
  if (taken.length === 0) return 0;
  const ids = taken.map((row) => row.id);
  await comparePairs(tx, ids);
  // A record that changed meanwhile has a later turn and stays.
  await run(
    tx,
    sql`
    delete from record_to_compare where record_id = any(${ids}::uuid[])
      and turn = (${taken.map((row) => row.turn)}::bigint[])[array_position(${ids}::uuid[], record_id)]`,
  );
  return taken.length;
}

/** Brings the review list to what is true of the titles of these records. */
export async function comparePairs(tx: Transaction, ids: readonly string[]): Promise<void> {
  const own = await titleNeighbourhood(tx, { written: [], ids, formerKeys: [] });
  const strangers = await reviewNeighbourhood(tx, own);
  const facts = await factsOn(
    tx,
    [...own, ...strangers].map((record) => record.id),
  );
  const living = own.filter((record) => !record.deleted);
  const union = unite(living, facts);
  const byKey = new Map<string, Stranger["first"]>();
  for (const record of living) byKey.set(record.sourceKey, record);
  // The titles of the others are formed already; only what is said of them matters here.
  for (const { sourceKey, deleted, first } of strangers) {
    union.sets.unite(sourceKey, first.sourceKey);
    byKey.set(first.sourceKey, first);
    if (!deleted) union.titles.set(union.sets.find(sourceKey), [first.sourceKey]);
  }
  const others = strangers.filter((record) => !record.deleted);
  const records = [...union.records, ...others].sort((a, b) => (a.sourceKey < b.sourceKey ? -1 : 1));
  const isOwn = new Set(living.map((record) => record.sourceKey));
  const pairs = reviewPairs(records, union.sets, union.titles, union.doubts)
    .filter(({ a, b }) => isOwn.has(a) || isOwn.has(b))
    .map((pair) => rowOf(pair, byKey));
  const ownIds = own.map((record) => record.id);
  await run(
    tx,
    sql`
    with found as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb)
        as row(a uuid, b uuid, a_library text, b_library text, reason text)
    ), no_longer as (
      delete from review_pair
      where (a = any(${ownIds}::uuid[]) or b = any(${ownIds}::uuid[]))
        and not exists (select from found where found.a = review_pair.a and found.b = review_pair.b))
    insert into review_pair (a, b, a_library, b_library, reason)
    select a, b, a_library, b_library, reason from found
    on conflict (a, b) do update set reason = excluded.reason where review_pair.reason <> excluded.reason`,
  );
}

function rowOf({ a, b, reason }: ReviewPair, byKey: ReadonlyMap<string, Stranger["first"]>) {
  const [left, right] = [byKey.get(a)!, byKey.get(b)!];
  return { a: left.id, b: right.id, a_library: left.libraryId, b_library: right.libraryId, reason };
}
