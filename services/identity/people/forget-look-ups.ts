import { run, type Sql, sql } from "@lienthong/database/transaction.ts";
import { job } from "@lienthong/jobs/job.ts";
import { z } from "zod";

const rowsAtOnce = 5_000;

/**
 * Forgets look-ups when their time is over: a card that was laid down and taken says who was where, and is kept as long as
 * the loan it led to, 30 days; every other look-up is an act of staff that they answer for, 5 years.
 */
export const forgetLookUps = job("forget-look-ups", { cron: "47 3 * * *", payload: z.undefined() }, async (work) => {
  const forgetSome = (which: Sql) =>
    work.as((tx) =>
      run(
        tx,
        sql`
        delete from name_lookup where ctid = any(array(select ctid from name_lookup where ${which} limit ${rowsAtOnce}))`,
      ),
    );
  for (const which of [visits, acts]) while (!work.stopping.aborted && (await forgetSome(which)) > 0);
});

const visits = sql`act = 'card' and refused is null and at < now() - interval '30 days'`;
const acts = sql`at < now() - interval '5 years'`;
