import { may, ministry } from "@lienthong/auth/permission.ts";
import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";

/**
 * Says to the database that this transaction acts for the ministry, if its actor has that role.
 * @returns whether it does; without it row-level security lets nobody write the registry
 */
export async function actForMinistry(tx: Transaction): Promise<boolean> {
  if (!may(tx.actor, ministry)) return false;
  await run(tx, sql`select set_config('lt.ministry', 'yes', true)`);
  return true;
}
