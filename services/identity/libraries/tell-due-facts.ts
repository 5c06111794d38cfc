import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { job } from "@lienthong/jobs/job.ts";
import { z } from "zod";
import { announceLibrary } from "./library.ts";

/** A fact told for a later day becomes true without anybody's doing: on that day the others are told what the library is now. */
export const tellDueFacts = job("tell-due-facts", { cron: "*/15 * * * *", payload: z.undefined() }, async (work) => {
  while (!work.stopping.aborted && (await work.as(tellSome)));
});

// Small transactions: commands on these libraries wait for one at most.
const librariesAtOnce = 50;

async function tellSome(tx: Transaction): Promise<boolean> {
  const due = await all<{ id: string }>(
    tx,
    sql`
    update library set version = next_version(version), told_on = civil_today()
    where id in (
      select library.id from library join library_fact fact on fact.library_id = library.id
      where fact.voided_at is null and lower(fact.valid) > library.told_on and lower(fact.valid) <= civil_today()
      order by library.id limit ${librariesAtOnce})
    returning id`,
  );
  for (const { id } of due) await announceLibrary(tx, id);
  return due.length > 0;
}
