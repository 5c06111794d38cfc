import { optional, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { HoldWord } from "./moves.ts";

export type QueuedHold = {
  id: string;
  state: HoldWord;
  itemId: string | null;
  personId: string;
  recordId: string;
  pickupBranchId: string;
  shelfDays: number;
  readyUntil: Date | null;
};

export const queuedColumns = sql`hold.id, hold.state, hold.item_id as "itemId", hold.person_id as "personId",
  hold.record_id as "recordId", hold.pickup_branch_id as "pickupBranchId", hold.shelf_days as "shelfDays",
  hold.ready_until as "readyUntil"`;

/**
 * Locks the first hold that waits for the title of a record. Order: by the time it was placed, ties by id. Two copies that
 * come back at once both want the same first hold: the one that had to wait for its row finds it served and is given the
 * next, because rows are locked one after another before the limit counts them.
 * `ended_at is null` follows from the state; said, it lets the index of live holds serve.
 */
export const firstWaiting = (tx: Transaction, recordId: string): Promise<QueuedHold | undefined> =>
  optional(
    tx,
    sql`
    select ${queuedColumns} from hold
    where state = 'WAITING' and ended_at is null and record_id in (
      select mate.id from record mine join record mate on mate.id = mine.id or mate.title_id = mine.title_id
      where mine.id = ${recordId})
    order by placed_at, id limit 1 for update`,
  );

/** The hold for which an item was chosen or captured. */
export const holdOfItem = (tx: Transaction, itemId: string): Promise<QueuedHold | undefined> =>
  optional(tx, sql`select ${queuedColumns} from hold where item_id = ${itemId} and ended_at is null for update`);

export const holdById = (tx: Transaction, holdId: string): Promise<QueuedHold | undefined> =>
  optional(tx, sql`select ${queuedColumns} from hold where id = ${holdId} for update`);
