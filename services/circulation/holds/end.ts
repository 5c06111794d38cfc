import { one, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { lockItem } from "../availability/lock.ts";
import { branchById } from "../libraries/branch.ts";
import { type HoldWord, move, moves } from "./moves.ts";
import { onward } from "./onward.ts";
import { holdById, type QueuedHold } from "./queue.ts";
import { seekCopies } from "./target.ts";

/**
 * Ends a live hold before it was filled and sends its item onward. The caller acts across libraries.
 * @param still what must hold once the hold is locked; otherwise nothing is done
 * @returns the state that the hold had
 */
export async function endHold(
  tx: Transaction,
  holdId: string,
  as: "CANCELLED" | "EXPIRED",
  still: (hold: QueuedHold) => boolean = () => true,
): Promise<HoldWord> {
  // Items are locked before holds, so the hold is looked at first to learn which.
  const { itemId, recordId } = await one<{ itemId: string | null; recordId: string }>(
    tx,
    sql`select item_id as "itemId", record_id as "recordId" from hold where id = ${holdId}`,
  );
  const item = itemId ? await lockItem(tx, itemId) : undefined;
  const hold = await holdById(tx, holdId);
  if (!hold) throw new Error(`Hold ${holdId} is gone`);
  if (moves[hold.state].length === 0 || !still(hold)) return hold.state;
  // Another item was chosen between the look and the lock. Two that wait for each other now are parted by the database.
  if (hold.itemId !== itemId) return endHold(tx, holdId, as, still);

  await move(tx, holdId, { from: hold.state, to: as });
  // What only stood on its shelf may be fetched for the next; what was captured goes to the next, or home.
  if (hold.state === "TARGETED") await seekCopies(tx, recordId);
  else if (item) await onward(tx, item, await branchById(tx, hold.pickupBranchId));
  return hold.state;
}
