import { acrossLibraries } from "@lienthong/database/across-libraries.ts";
import type { Transaction } from "@lienthong/database/transaction.ts";
import type {
  CheckedIn,
  CheckInRequest,
  CheckInResponse,
  Choice,
  ScannedItem,
} from "@lienthong/proto/circulation/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { anIdOrNone, ownLibrary } from "../asked.ts";
import { type Item, lockItem } from "../availability/lock.ts";
import { itemsScanned, type Scan, scanOf, straysScanned } from "../availability/scan.ts";
import type { Onward } from "../holds/capture.ts";
import { onward } from "../holds/onward.ts";
import { holdOfItem } from "../holds/queue.ts";
import { type Branch, branchById, branchHere } from "../libraries/branch.ts";
import { daysLate } from "../libraries/open-days.ts";
import { endLoan } from "../loans/loan.ts";
import { openTransit } from "../transits/send.ts";
import { arrive, arrivesAt } from "./arrive.ts";
import { checkedIn } from "./checked-in.ts";

export const refuse = refusals("circulation.check-in", {
  "item-unknown": "No library's item that is here, expected here or on loan has this barcode.",
});

export const CheckIn = command<CheckInRequest, CheckInResponse>((ask, caller) => {
  const scan = scanOf(ask);
  const branchId = anIdOrNone("branch_id", ask.branchId);
  return caller.as(async (tx) => {
    const taken = await checkIn(tx, { scan, branchId });
    return "choice" in taken
      ? { outcome: { $case: "choice", value: taken.choice } }
      : outcome(taken, "checkedIn", (done) => done);
  });
});

/**
 * Takes an item in at a desk: ends its loan, lets it arrive, or finds it on the shelf; then says where it goes from here.
 */
export async function checkIn(
  tx: Transaction,
  ask: { scan: Scan; branchId: string | undefined },
): Promise<CheckedIn | { choice: Choice } | Refusal> {
  const scanned = await whichItem(tx, ask.scan);
  if ("choice" in scanned) return scanned;
  if (!("item" in scanned)) return scanned;
  const libraryId = ownLibrary(tx.actor);
  const named = ask.branchId === undefined ? undefined : await branchHere(tx, libraryId, ask.branchId);
  // From here on it is the title's queue that decides, in which readers of all libraries stand.
  return acrossLibraries(tx, async () => {
    const item = await lockItem(tx, scanned.item.id);
    if (!item) throw new Error(`Item ${scanned.item.id} was scanned and has no state`);
    const here = named ?? (await branchHere(tx, libraryId, expectedAt(item, libraryId)));
    const loan = await endLoan(tx, item.id);
    const next = await nextStep(tx, item, here);
    return checkedIn(tx, scanned.item, next, loan && { daysLate: daysLate(loan.dueAt, tx.now) });
  });
}

/** A desk that does not say at which branch it stands is taken to be where the library expects or keeps the item. */
const expectedAt = (item: Item, libraryId: string): string | undefined =>
  item.atLibraryId === libraryId && item.state !== "ON_LOAN" ? (item.atBranchId ?? undefined) : undefined;

async function whichItem(tx: Transaction, scan: Scan): Promise<{ item: ScannedItem } | { choice: Choice } | Refusal> {
  const items = await itemsScanned(tx, scan);
  if (items.length > 1) return { choice: { items } };
  if (items[0]) return { item: items[0] };
  const strays = await straysScanned(tx, scan);
  if (strays.length === 0) return refuse("item-unknown");
  return "itemId" in scan && strays[0] ? { item: strays[0] } : { choice: { items: strays } };
}

async function nextStep(tx: Transaction, item: Item, here: Branch): Promise<Onward> {
  const transit = item.state === "IN_TRANSIT" ? await openTransit(tx, item.id) : undefined;
  if (transit && arrivesAt(transit, here)) return arrive(tx, item, transit, here);
  // Scanned under way: it goes on to where it was going.
  if (transit) return { step: "SEND", to: await branchById(tx, transit.toBranchId), holdId: transit.holdId };
  const kept = item.state === "ON_HOLD_SHELF" ? await holdOfItem(tx, item.id) : undefined;
  if (kept?.readyUntil && kept.pickupBranchId === here.id) {
    return { step: "HOLD_SHELF", holdId: kept.id, readyUntil: kept.readyUntil };
  }
  // Carried off the hold shelf to another desk: it belongs back there.
  if (kept) return { step: "SEND", to: await branchById(tx, kept.pickupBranchId), holdId: kept.id };
  return onward(tx, item, here);
}
