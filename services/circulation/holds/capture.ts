import { announce } from "@lienthong/bus/announce.ts";
import type { Transaction } from "@lienthong/database/transaction.ts";
import { HoldReady } from "@lienthong/proto/circulation/v1/events.ts";
import type { Item } from "../availability/lock.ts";
import { setAvailability } from "../availability/set.ts";
import { type Branch, branchById } from "../libraries/branch.ts";
import { calendarOf } from "../libraries/calendar.ts";
import { afterOpenDays } from "../libraries/open-days.ts";
import { openTransit, redirect, send } from "../transits/send.ts";
import { move } from "./moves.ts";
import type { QueuedHold } from "./queue.ts";

/** What to do with an item in hand. */
export type Onward =
  | { step: "SHELVE" }
  | { step: "HOLD_SHELF"; holdId: string; readyUntil: Date }
  | { step: "SEND"; to: Branch; holdId: string | null };

/** Takes an item for a hold: onto the hold shelf where the reader collects it, else on the way there. */
export async function capture(tx: Transaction, hold: QueuedHold, item: Item, here: Branch): Promise<Onward> {
  const pickup = await branchById(tx, hold.pickupBranchId);
  const travels = item.state === "IN_TRANSIT" ? await openTransit(tx, item.id) : undefined;
  if (pickup.id === here.id && !travels) return makeReady(tx, hold, item, pickup);
  if (travels) await redirect(tx, travels.id, pickup, hold.id);
  else await send(tx, item, here, pickup, hold.id);
  await move(tx, hold.id, { from: hold.state, to: "IN_TRANSIT", item });
  await setAvailability(tx, item.id, { state: "IN_TRANSIT", at: pickup });
  return { step: "SEND", to: pickup, holdId: hold.id };
}

/** Puts an item onto the hold shelf, for as many open days as the library's rules gave the hold, and lets the reader know. */
export async function makeReady(tx: Transaction, hold: QueuedHold, item: Item, pickup: Branch): Promise<Onward> {
  const readyUntil = afterOpenDays(tx.now, hold.shelfDays, await calendarOf(tx, pickup.id));
  const version = await move(tx, hold.id, { from: hold.state, to: "READY", item, readyUntil });
  await setAvailability(tx, item.id, { state: "ON_HOLD_SHELF", at: pickup });
  announce(tx, HoldReady, {
    id: hold.id,
    version,
    libraryId: pickup.libraryId,
    personId: hold.personId,
    title: item.title,
    pickupBranchId: pickup.id,
    readyUntil,
  });
  return { step: "HOLD_SHELF", holdId: hold.id, readyUntil };
}
