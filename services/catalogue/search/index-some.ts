import { faultPoint } from "@lienthong/config/fault-point.ts";
import { planForTheseValues } from "@lienthong/database/plan.ts";
import { all, one, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { knownTitles } from "../titles/hit.ts";
import { writeDocuments } from "./indexes.ts";

/** Titles in one bulk; more are hardly faster and make a title that has just changed wait longer. */
export const batchTitles = 500;

// While a large file is taken, circulation tells a moment later where each new copy is. Where so many titles wait, the newest
// wait for that word, and their documents are made once instead of twice.
const manyTitles = 1_000;
const wordComesWithinMs = 1_500;

/** Writes the documents of titles that wait, oldest first, into all indexes there are. @returns how many waited */
export async function indexSome(tx: Transaction, log: Log): Promise<number> {
  const { mine } = await one<{ mine: boolean }>(
    tx,
    sql`select ${planForTheseValues}, pg_try_advisory_xact_lock(hashtext('title_to_index')) as mine`,
  );
  if (!mine) return 0;
  const waiting = await all<{ id: string; version: bigint; tries: number }>(
    tx,
    sql`
    select title_id as id, version, tries from title_to_index
    where at < clock_timestamp() - make_interval(secs => case
      when (select count(*) from (select from title_to_index limit ${manyTitles}) waiting) = ${manyTitles}
      then ${wordComesWithinMs / 1000}::float8 else 0 end)
    order by at limit ${batchTitles}`,
  );
  if (waiting.length === 0) return 0;
  // The indexes are asked for after the titles: an index that begins to be filled in between reads these rows itself.
  const indexes = await all<{ name: string }>(tx, sql`select name from search_index`);
  const titles = await knownTitles(
    tx,
    waiting.map((row) => row.id),
  );
  const names = indexes.map((index) => index.name);
  const refused = new Set(await writeDocuments(names, titles));
  faultPoint("K10");
  const done = waiting.filter((row) => !refused.has(row.id));
  // A title that changed again meanwhile has a higher version in the queue and stays in it.
  // Written so that it goes once over the queue: the queue was empty when it was last counted, and a join would look
  // through the list for each of its rows.
  const ids = done.map((row) => row.id);
  await run(
    tx,
    sql`
    delete from title_to_index where title_id = any(${ids}::text[])
      and version = (${done.map((row) => row.version)}::bigint[])[array_position(${ids}::text[], title_id)]`,
  );
  if (refused.size > 0) await putBack(tx, [...refused], log);
  return waiting.length;
}

/** Titles whose documents were refused go to the end of the queue, so that the others pass. */
async function putBack(tx: Transaction, ids: readonly string[], log: Log): Promise<void> {
  await run(
    tx,
    sql`
    update title_to_index set at = clock_timestamp() + interval '1 minute', tries = tries + 1
    where title_id = any(${ids}::text[])`,
  );
  log.error({ titleIds: ids.slice(0, 10), runbook: "document-refused" }, "the search server refuses documents");
}
