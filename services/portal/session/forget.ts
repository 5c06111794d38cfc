import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { job } from "@lienthong/jobs/job.ts";
import { z } from "zod";

/** Takes away sessions that have run out and turns at a desk in which nothing was scanned for an hour. */
export const forgetSessions = job("forget-sessions", { cron: "*/10 * * * *", payload: z.undefined() }, async (work) => {
  while (!work.stopping.aborted && (await work.as(forgetSome)) > 0);
});

const rowsMax = 500;

/** @returns how many turns and sessions were taken away; the turns first, so that no session takes many with it */
export async function forgetSome(tx: Transaction): Promise<number> {
  const turns = await run(
    tx,
    sql`
    delete from desk_turn where id = any(array(
      select id from desk_turn
      where begun_at < now() - interval '1 hour'
        and not exists (
          select from desk_answer where turn_id = desk_turn.id and at >= now() - interval '1 hour')
      limit ${rowsMax}))`,
  );
  const sessions = await run(
    tx,
    sql`
    delete from session where id_hash = any(array(
      select id_hash from session where expires_at < now() order by expires_at limit ${rowsMax}))`,
  );
  return turns + sessions;
}
