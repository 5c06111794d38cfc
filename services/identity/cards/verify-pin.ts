import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { VerifyPinRequest, VerifyPinResponse } from "@lienthong/proto/identity/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { aCode, checked } from "../asked.ts";
import { keptLookUp } from "../people/look-up.ts";
import { type CardRow, cardsWhere, holderOf, numberOf } from "./card.ts";
import { afterRight, afterWrong, type Guesses, mayGuess } from "./guess-limit.ts";
import { aPin, isPin } from "./pin.ts";
import { aCardNumber } from "./resolve.ts";

export const refuse = refusals("identity.verify-pin", {
  "card-unknown": "This library has given out no card with this number.",
  "card-void": "The card is no longer valid.",
  "card-blocked": "The card is blocked.",
  "pin-wrong": "The PIN is wrong.",
  "pin-wait": "The PIN was wrong too often; the next try counts only later.",
});

export const VerifyPin = command<VerifyPinRequest, VerifyPinResponse>(async (ask, caller) => {
  const wanted = checked(shape, ask);
  const number = numberOf(wanted.cardNumber);
  const card = await caller.read((tx) => ownCard(tx, number));
  // The slow part stands between the two transactions: no row stays locked while it runs.
  const right = await isPin(wanted.pin, card?.pin);
  return caller.as(async (tx) => {
    const verified = await keptLookUp(tx, "pin", await verifyPin(tx, number, card?.pin, right), card?.personId);
    return outcome(verified, "holder", holderOf);
  });
});

const shape = z.object({ libraryId: z.union([z.literal(""), aCode]), cardNumber: aCardNumber, pin: aPin });

const ownCard = async (tx: Transaction, number: string) =>
  (await cardsWhere(tx, sql`card.number = ${number} and card.library_id = ${tx.actor.libraryId}`))[0];

async function verifyPin(
  tx: Transaction,
  number: string,
  compared: string | undefined,
  right: boolean,
): Promise<CardRow | Refusal> {
  await run(tx, sql`select from card where number = ${number} and library_id = ${tx.actor.libraryId} for update`);
  const card = await ownCard(tx, number);
  if (!card) return refuse("card-unknown");
  if (card.state === "VOID") return refuse("card-void", { libraryId: card.libraryId });
  if (card.state === "BLOCKED") return refuse("card-blocked", { libraryId: card.libraryId });
  // Read under the lock: of a hundred guesses at once five count. A right one that comes while waiting does not, either.
  if (!mayGuess(card, tx.now)) return refuse("pin-wait", { until: card.pinWaitUntil?.toISOString() ?? "" });
  const correct = right && card.pin === compared;
  const guesses = correct ? afterRight : afterWrong(card, tx.now);
  await rememberGuesses(tx, card.id, guesses);
  return correct ? card : refuseWrong(guesses);
}

export const rememberGuesses = (tx: Transaction, cardId: string, { wrongPins, pinWaitUntil }: Guesses) =>
  run(tx, sql`update card set wrong_pins = ${wrongPins}, pin_wait_until = ${pinWaitUntil} where id = ${cardId}`);

const refuseWrong = ({ pinWaitUntil }: Guesses) =>
  pinWaitUntil ? refuse("pin-wait", { until: pinWaitUntil.toISOString() }) : refuse("pin-wrong");
