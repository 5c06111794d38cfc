import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Item } from "../availability/lock.ts";
import { setAvailability } from "../availability/set.ts";
import { type Branch, homeBranch } from "../libraries/branch.ts";
import { policyFor } from "../policies/policy.ts";
import { openTransit, redirect, send } from "../transits/send.ts";
import { capture, type Onward } from "./capture.ts";
import { firstWaiting, holdOfItem, type QueuedHold } from "./queue.ts";
import { releaseTarget } from "./release.ts";

/**
 * What becomes of an item that nobody has any more: to the hold it was chosen for, to the first who waits for its title,
 * else home. The caller holds the item's lock and acts across libraries.
 */
export async function onward(tx: Transaction, item: Item, here: Branch): Promise<Onward> {
  const hold = await nextHold(tx, item);
  if (hold) return capture(tx, hold, item, here);
  const travels = item.state === "IN_TRANSIT" ? await openTransit(tx, item.id) : undefined;
  if (item.libraryId === here.libraryId && !travels) return shelve(tx, item);
  const home = await homeBranch(tx, item.libraryId);
  if (travels) await redirect(tx, travels.id, home, null);
  else await send(tx, item, here, home, null);
  await setAvailability(tx, item.id, { state: "IN_TRANSIT", at: home });
  return { step: "SEND", to: home, holdId: null };
}

async function nextHold(tx: Transaction, item: Item): Promise<QueuedHold | undefined> {
  const serves = item.forLoan && (await policyFor(tx, item.libraryId, "*", item.itemType)).forLoan;
  if (!serves) {
    await releaseTarget(tx, item.id);
    return undefined;
  }
  return (await holdOfItem(tx, item.id)) ?? (await firstWaiting(tx, item.recordId));
}

async function shelve(tx: Transaction, item: Item): Promise<Onward> {
  if (item.atLibraryId !== null || item.state === "ON_LOAN") {
    await setAvailability(tx, item.id, { state: "AT_REST" });
  } else {
    // It was looked for in vain, and here it is: it may be chosen again.
    await run(
      tx,
      sql`update item_state set not_found_until = null where item_id = ${item.id} and not_found_until is not null`,
    );
  }
  return { step: "SHELVE" };
}
