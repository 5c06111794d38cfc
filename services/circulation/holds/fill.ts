import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { acrossLibraries } from "../across-libraries.ts";
import type { Item } from "../availability/lock.ts";
import { move } from "./moves.ts";
import { type QueuedHold, queuedColumns } from "./queue.ts";
import { releaseTarget } from "./release.ts";

/** Which holds it concerns that a person borrows an item. */
export type Served = { fills: QueuedHold[]; keptForAnother: boolean };

/** Finds the holds that a loan of the item to the person would fill, and whether the item is kept for somebody else. */
export async function holdsServed(tx: Transaction, item: Item, personId: string): Promise<Served> {
  return acrossLibraries(tx, async () => {
    const holds = await all<QueuedHold>(
      tx,
      sql`
      select ${queuedColumns} from hold
      where ended_at is null and (item_id = ${item.id} or (person_id = ${personId} and record_id in (
        select mate.id from record mine join record mate on mate.id = mine.id or mate.title_id = mine.title_id
        where mine.id = ${item.recordId})))
      order by placed_at, id for update`,
    );
    const kept = holds.find((hold) => hold.itemId === item.id && hold.state !== "TARGETED");
    const own = holds.filter((hold) => hold.personId === personId);
    // Who found a copy without us waits no longer; a copy that already travels or stands ready for them is another matter.
    const fills = own.filter((hold) => hold === kept || hold.state === "WAITING" || hold.state === "TARGETED");
    return { fills, keptForAnother: kept !== undefined && kept.personId !== personId };
  });
}

/** The item is lent: the reader's holds are filled, and whoever it was chosen for, but not yet fetched, waits on. */
export async function settleHolds(tx: Transaction, item: Item, served: Served): Promise<void> {
  await acrossLibraries(tx, async () => {
    for (const hold of served.fills) await move(tx, hold.id, { from: hold.state, to: "FILLED" });
    await releaseTarget(tx, item.id);
  });
}
