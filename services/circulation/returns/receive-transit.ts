import { acrossLibraries } from "@lienthong/database/across-libraries.ts";
import type { Transaction } from "@lienthong/database/transaction.ts";
import type {
  CheckedIn,
  Choice,
  ReceiveTransitRequest,
  ReceiveTransitResponse,
} from "@lienthong/proto/circulation/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { anIdOrNone, ownLibrary } from "../asked.ts";
import { lockItem } from "../availability/lock.ts";
import { itemsScanned, type Scan, scanOf } from "../availability/scan.ts";
import { type Branch, branchHere } from "../libraries/branch.ts";
import { openTransit } from "../transits/send.ts";
import { arrive, arrivesAt } from "./arrive.ts";
import { checkedIn } from "./checked-in.ts";

export const refuse = refusals("circulation.receive-transit", {
  "item-unknown": "No item of this library, and none that is held or expected here, has this barcode.",
  "not-expected-here": "The item is on no journey to this branch.",
});

export const ReceiveTransit = command<ReceiveTransitRequest, ReceiveTransitResponse>((ask, caller) => {
  const scan = scanOf(ask);
  const branchId = anIdOrNone("branch_id", ask.branchId);
  return caller.as(async (tx) => {
    const received = await receiveTransit(tx, { scan, branchId });
    return "choice" in received
      ? { outcome: { $case: "choice", value: received.choice } }
      : outcome(received, "checkedIn", (done) => done);
  });
});

/** Takes in what was sent here, and nothing else. Without a branch it is taken in where it was sent to. */
export async function receiveTransit(
  tx: Transaction,
  ask: { scan: Scan; branchId: string | undefined },
): Promise<CheckedIn | { choice: Choice } | Refusal> {
  const libraryId = ownLibrary(tx.actor);
  const scanned = await itemsScanned(tx, ask.scan);
  if (scanned.length === 0) return refuse("item-unknown");
  const expected = [];
  for (const item of scanned) {
    if ((await openTransit(tx, item.id))?.toLibraryId === libraryId) expected.push(item);
  }
  if (expected.length > 1) return { choice: { items: expected } };
  const [item] = expected;
  if (!item) return refuse("not-expected-here");
  const named = ask.branchId === undefined ? undefined : await branchHere(tx, libraryId, ask.branchId);
  // Whether it stays is a matter of the title's queue, in which readers of all libraries stand.
  return acrossLibraries(tx, async () => {
    const locked = await lockItem(tx, item.id);
    const transit = locked && (await openTransit(tx, item.id));
    if (!transit) return refuse("not-expected-here");
    const here: Branch = named ?? (await branchHere(tx, libraryId, transit.toBranchId));
    if (!arrivesAt(transit, here)) return refuse("not-expected-here");
    return checkedIn(tx, item, await arrive(tx, locked, transit, here), undefined);
  });
}
