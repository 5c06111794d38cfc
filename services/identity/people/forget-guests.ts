import { run, sql } from "@lienthong/database/transaction.ts";
import { job } from "@lienthong/jobs/job.ts";
import { z } from "zod";

const guestsAtOnce = 5_000;

/** Forgets guests whose day is over: that somebody was somewhere is nobody's to keep. */
export const forgetGuests = job("forget-guests", { cron: "37 * * * *", payload: z.undefined() }, async (work) => {
  const forgetSome = () =>
    work.as((tx) =>
      run(
        tx,
        sql`
        delete from guest where ctid = any(array(
          select ctid from guest where seen_at < now() - interval '1 day' limit ${guestsAtOnce}))`,
      ),
    );
  while (!work.stopping.aborted && (await forgetSome()) > 0);
});
