import { faultPoint } from "@lienthong/config/fault-point.ts";
import { planForTheseValues } from "@lienthong/database/plan.ts";
import { all, one, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { wordComesWithinSeconds } from "../indexing/mark.ts";
import { knownTitles } from "../titles/hit.ts";
import { writeDocuments } from "./indexes.ts";

/** Titles in one bulk; more are hardly faster and make a title that has just changed wait longer. */
export const batchTitles = 500;

// Where so many wait, a file is being taken, half a batch of an import or more.
const manyTitles = 250;

export type Indexed = {
  /** How many of those that waited were taken. */
  taken: number;
  /** Whether many waited; unknown where another replica is at work. */
  many?: boolean;
};

/** Writes the documents of titles that wait, oldest first, into all indexes there are. */
export async function indexSome(tx: Transaction, log: Log): Promise<Indexed> {
  const { mine, many } = await one<{ mine: boolean; many: boolean }>(
    tx,
    sql`
    select ${planForTheseValues}, pg_try_advisory_xact_lock(hashtext('title_to_index')) as mine,
      (select count(*) from (select from title_to_index limit ${manyTitles}) waiting) = ${manyTitles} as many`,
  );
  if (!mine) return { taken: 0 };
  const waiting = await all<{ id: string; version: bigint; tries: number }>(
    tx,
    sql`
    select title_id as id, version, tries from title_to_index
    where at <= clock_timestamp() - make_interval(secs => ${many ? wordComesWithinSeconds : 0})
    order by at limit ${batchTitles}`,
  );
  if (waiting.length === 0) return { taken: 0, many };
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
  return { taken: waiting.length, many };
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
