import { isDatabaseAway } from "@lienthong/database/errors.ts";
import type { Transaction } from "@lienthong/database/transaction.ts";
import type { Work } from "./job.ts";

/**
 * Does a step for each of many things, in a transaction of its own: one that fails keeps none of the others waiting.
 * Ends early when the service stops; what is left over is for the next run.
 * @throws Error at the end when steps failed, so that the job counts as failed; the log names each
 */
export async function eachApart(
  work: Work<unknown>,
  ids: readonly string[],
  step: (tx: Transaction, id: string) => Promise<void>,
): Promise<void> {
  let failed = 0;
  for (const id of ids) {
    if (work.stopping.aborted) return;
    try {
      await work.as((tx) => step(tx, id));
    } catch (error) {
      // No fault of this one: the others would fare no better.
      if (isDatabaseAway(error)) throw error;
      failed += 1;
      work.log.error({ err: error, id, runbook: "job-failed" }, "a step of a job failed; the others go on");
    }
  }
  if (failed > 0) throw new Error(`${failed} of ${ids.length} steps failed`);
}
