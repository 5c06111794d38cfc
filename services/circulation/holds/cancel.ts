import { acrossLibraries } from "@lienthong/database/across-libraries.ts";
import { optional, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { CancelHoldRequest, CancelHoldResponse, Hold } from "@lienthong/proto/circulation/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { notFound } from "@lienthong/rpc/fault.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { anId } from "../asked.ts";
import { mayTouch } from "../patrons/own-or-desk.ts";
import { endHold } from "./end.ts";
import { showHold } from "./show.ts";

export const refuse = refusals("circulation.cancel-hold", {
  "already-over": "The hold has been filled or has expired.",
});

export const CancelHold = command<CancelHoldRequest, CancelHoldResponse>((ask, caller) => {
  const holdId = anId("hold_id", ask.holdId);
  return caller.as(async (tx) => outcome(await cancelHold(tx, holdId), "hold", (hold) => hold));
});

/** Ends a hold before its time. What was captured for it goes to the next who waits, or home. */
export async function cancelHold(tx: Transaction, holdId: string): Promise<Hold | Refusal> {
  const seen = await optional<{ personId: string }>(
    tx,
    sql`select person_id as "personId" from hold where id = ${holdId}`,
  );
  if (!seen || !mayTouch(tx.actor, seen.personId)) throw notFound("hold");
  // The item may go to a reader, a library, a queue that the caller knows nothing of.
  const state = await acrossLibraries(tx, () => endHold(tx, holdId, "CANCELLED"));
  if (state === "FILLED" || state === "EXPIRED" || state === "UNFILLABLE") return refuse("already-over", { state });
  return showHold(tx, holdId);
}
