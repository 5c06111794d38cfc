import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { enqueue, job } from "@lienthong/jobs/job.ts";
import { z } from "zod";
import { jobKey, runImport } from "./run.ts";

// A batch takes a second. An import that has been silent for so long has lost its worker: a killed process keeps its
// jobs locked for hours.
const silentSeconds = 30;

/** Queues again the imports whose worker was killed. */
export const resumeImports = job("resume-imports", { cron: "* * * * *", payload: z.undefined() }, async (work) => {
  await work.as((tx) => resumeSilent(tx, silentSeconds));
});

/** Queues again the unfinished imports that have given no sign of life for so long; at a start, all of them. */
export async function resumeSilent(tx: Transaction, seconds: number): Promise<void> {
  const silent = await all<{ id: string }>(
    tx,
    sql`
    select id from import
    where state in ('WAITING', 'RUNNING') and seen_at < clock_timestamp() - make_interval(secs => ${seconds})
    order by seen_at limit 100`,
  );
  for (const { id } of silent) await enqueue(tx, runImport, { importId: id }, jobKey(id));
}
