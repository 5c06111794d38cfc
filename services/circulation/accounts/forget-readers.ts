import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { job } from "@lienthong/jobs/job.ts";
import { z } from "zod";

/**
 * Cuts who borrowed what 30 days after the return: long enough to talk about a damaged book, and no history afterwards.
 * Ended holds go after 90 days.
 */
export const forgetReaders = job("forget-readers", { cron: "23 3 * * *", payload: z.undefined() }, async (work) => {
  while (!work.stopping.aborted && (await work.as(forgetSome)) > 0);
});

const rowsMax = 1_000;

/** @returns how many rows were cut */
export async function forgetSome(tx: Transaction): Promise<number> {
  const loans = await run(
    tx,
    sql`
    update loan set person_id = null, card_id = null where id = any(array(
      select id from loan where person_id is not null and returned_at < now() - interval '30 days' limit ${rowsMax}))`,
  );
  const holds = await run(
    tx,
    sql`
    with old as (select id from hold where ended_at < now() - interval '90 days' limit ${rowsMax}),
         cut as (update transit set hold_id = null where hold_id in (select id from old))
    delete from hold where id in (select id from old)`,
  );
  return loans + holds;
}
