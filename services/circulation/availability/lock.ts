import { one, optional, sql, type Transaction } from "@lienthong/database/transaction.ts";

/** An item as it stands, under its lock. */
export type Item = {
  id: string;
  libraryId: string;
  recordId: string;
  itemType: string;
  title: string;
  state: "AVAILABLE" | "ON_LOAN" | "IN_TRANSIT" | "ON_HOLD_SHELF" | "NOT_FOR_LOAN" | "WITHDRAWN";
  forLoan: boolean;
  dueAt: Date | null;
  atLibraryId: string | null;
  atBranchId: string | null;
};

/**
 * Locks an item, then reads it: a statement that waits for a lock still sees what it joins as it was before the wait.
 * Every command that moves an item takes this lock first, then the patron's, then those of holds.
 * @returns undefined when there is no such item for the caller
 */
export async function lockItem(tx: Transaction, itemId: string): Promise<Item | undefined> {
  if (!(await takeItem(tx, itemId))) return undefined;
  return one<Item>(
    tx,
    sql`
    select item.id, item.library_id as "libraryId", item.record_id as "recordId", item.item_type as "itemType",
           item.title, item_state.state, item.for_loan and not item.withdrawn as "forLoan", item_state.due_at as "dueAt",
           item_state.at_library_id as "atLibraryId", item_state.at_branch_id as "atBranchId"
    from item join item_state on item_state.item_id = item.id where item.id = ${itemId}`,
  );
}

/**
 * Takes the lock alone, for who reads the item together with other things.
 * @returns its state, which is of after the wait; undefined when there is no such item for the caller
 */
export const takeItem = (tx: Transaction, itemId: string): Promise<Pick<Item, "state"> | undefined> =>
  optional(tx, sql`select state from item_state where item_id = ${itemId} for update`);
