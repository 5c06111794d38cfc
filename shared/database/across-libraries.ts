import { one, run, sql, type Transaction } from "./transaction.ts";

/**
 * One step of a transaction as the service itself. A desk or a reader sees the rows that name their library or them; some
 * work goes across all libraries: who is first in a title's queue, which records are one title, whether a reader may borrow.
 * A command first finds what it is about as its caller, under row-level security, and takes this step only afterwards; what
 * it answers names no other reader.
 */
export async function acrossLibraries<Result>(tx: Transaction, step: () => Promise<Result>): Promise<Result> {
  const { before } = await one<{ before: string }>(
    tx,
    sql`select current_setting('lt.kind') as before, set_config('lt.kind', 'service', true)`,
  );
  // A step that throws ends the transaction, and with it what was set.
  const result = await step();
  await run(tx, sql`select set_config('lt.kind', ${before}, true)`);
  return result;
}
