import { acrossLibraries } from "@lienthong/database/across-libraries.ts";
import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { move } from "./moves.ts";
import { type QueuedHold, queuedColumns } from "./queue.ts";
import { releaseTarget } from "./release.ts";

/** Which holds it concerns that a person borrows an item. */
export type Served = { fills: QueuedHold[]; keptForAnother: boolean; chosenForAnother: boolean };

/**
 * Finds the holds that a loan of the item to the person would fill, and whether the item is kept or chosen for somebody
 * else. The caller holds the item's lock and acts across libraries.
 */
export async function holdsServed(tx: Transaction, itemId: string, personId: string): Promise<Served> {
  const holds = await all<QueuedHold>(
    tx,
    sql`
    select ${queuedColumns} from hold
    where ended_at is null and (item_id = ${itemId} or (person_id = ${personId} and record_id in (
      select mate.id from record mine join record mate on mate.id = mine.id or mate.title_id = mine.title_id
      where mine.id = (select item.record_id from item where item.id = ${itemId}))))
    order by placed_at, id for update`,
  );
  const mine = holds.find((hold) => hold.itemId === itemId);
  const kept = mine?.state === "TARGETED" ? undefined : mine;
  const own = holds.filter((hold) => hold.personId === personId);
  // Who found a copy without us waits no longer; a copy that already travels or stands ready for them is another matter.
  const fills = own.filter((hold) => hold === kept || hold.state === "WAITING" || hold.state === "TARGETED");
  const another = mine !== undefined && mine.personId !== personId;
  return { fills, keptForAnother: another && mine === kept, chosenForAnother: another && mine !== kept };
}

/** The item is lent: the reader's holds are filled, and whoever it was chosen for, but not yet fetched, waits on. */
export async function settleHolds(tx: Transaction, itemId: string, served: Served): Promise<void> {
  if (served.fills.length === 0 && !served.chosenForAnother) return;
  await acrossLibraries(tx, async () => {
    for (const hold of served.fills) await move(tx, hold.id, { from: hold.state, to: "FILLED" });
    if (served.chosenForAnother) await releaseTarget(tx, itemId);
  });
}
