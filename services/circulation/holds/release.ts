import { optional, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { move } from "./moves.ts";
import { seekCopies } from "./target.ts";

/** The item that was chosen for a hold cannot be fetched: the hold waits again at its old place, and another copy is sought. */
export async function releaseTarget(tx: Transaction, itemId: string): Promise<void> {
  const hold = await optional<{ id: string; recordId: string }>(
    tx,
    sql`select id, record_id as "recordId" from hold where item_id = ${itemId} and state = 'TARGETED' for update`,
  );
  if (!hold) return;
  await move(tx, hold.id, { from: "TARGETED", to: "WAITING" });
  await seekCopies(tx, hold.recordId);
}
