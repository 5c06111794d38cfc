import type { Transaction } from "@lienthong/database/transaction.ts";
import type { Item } from "../availability/lock.ts";
import { makeReady, type Onward } from "../holds/capture.ts";
import { onward } from "../holds/onward.ts";
import { holdById } from "../holds/queue.ts";
import { type Branch, branchById } from "../libraries/branch.ts";
import { end, type OpenTransit } from "../transits/send.ts";

/** A journey ends at its branch; one home ends at whichever branch of the library takes it in. */
export const arrivesAt = (transit: OpenTransit, here: Branch): boolean =>
  transit.toBranchId === here.id || (transit.holdId === null && transit.toLibraryId === here.libraryId);

/** An item has come where it was sent: onto the hold shelf for its reader, else onward. */
export async function arrive(tx: Transaction, item: Item, transit: OpenTransit, here: Branch): Promise<Onward> {
  await end(tx, transit.id);
  const hold = transit.holdId ? await holdById(tx, transit.holdId) : undefined;
  if (hold?.state === "IN_TRANSIT") return makeReady(tx, hold, item, await branchById(tx, hold.pickupBranchId));
  return onward(tx, item, here);
}
