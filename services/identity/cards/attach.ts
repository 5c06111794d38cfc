import { all, one, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { AttachCardRequest, AttachCardResponse } from "@lienthong/proto/identity/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { enqueueMirror } from "../accounts/mirror.ts";
import { aCode, checked } from "../asked.ts";
import { announceCards, type CardRow, cardsWhere, numberOf, presentCards, shownCard } from "./card.ts";
import { afterRight, afterWrong, type Guesses, mayGuess } from "./guess-limit.ts";
import { aPin, isPin } from "./pin.ts";
import { aCardNumber } from "./resolve.ts";
import { rememberGuesses } from "./verify-pin.ts";

export const refuse = refusals("identity.attach-card", {
  "card-or-pin-wrong": "No card of this library has this number and this PIN.",
  "pin-wait": "Number or PIN were wrong too often; the next try counts only later.",
  "card-void": "The card is no longer valid.",
  "card-attached": "The card belongs to somebody who has an account.",
});

export const AttachCard = command<AttachCardRequest, AttachCardResponse>(async (ask, caller) => {
  const wanted = checked(shape, ask);
  const presented = { libraryId: wanted.libraryId, number: numberOf(wanted.cardNumber) };
  const card = await caller.read((tx) => presentedCard(tx, presented));
  const right = await isPin(wanted.pin, card?.pin);
  return caller.as(async (tx) => outcome(await attachCard(tx, presented, right && card?.pin), "card", shownCard));
});

const shape = z.object({ libraryId: aCode, cardNumber: aCardNumber, pin: aPin });
type Presented = { libraryId: string; number: string };

async function presentedCard(tx: Transaction, { libraryId, number }: Presented): Promise<CardRow | undefined> {
  await presentCards(tx, number, libraryId);
  const [card] = await cardsWhere(tx, sql`card.number = ${number} and card.library_id = ${libraryId}`);
  return card;
}

/**
 * Makes a card that a desk gave out the signed-in person's own: who knows its number and PIN is whom the desk has seen. Same
 * names and birthdays prove nothing. The level of assurance and the name that the desk saw come with it.
 * @param proven the kept PIN that the given one was compared with and equals; false when it does not
 */
async function attachCard(
  tx: Transaction,
  presented: Presented,
  proven: string | false | undefined,
): Promise<CardRow | Refusal> {
  // The person first, then the card: both count wrong guesses, so neither one PIN on many cards nor many on one gets far.
  const me = await one<{ id: string; loa: number } & Guesses>(
    tx,
    sql`
    select id::text, loa, wrong_pins as "wrongPins", pin_wait_until as "pinWaitUntil"
    from person where id = ${tx.actor.personId} for update`,
  );
  await presentCards(tx, presented.number, presented.libraryId);
  await run(
    tx,
    sql`select from card where number = ${presented.number} and library_id = ${presented.libraryId} for update`,
  );
  const card = await presentedCard(tx, presented);
  const waiting = [me, card].find((guesses) => guesses && !mayGuess(guesses, tx.now));
  if (waiting) return refuse("pin-wait", { until: waiting.pinWaitUntil?.toISOString() ?? "" });
  if (!card || proven !== card.pin) return countWrong(tx, me, card);
  await rememberMyGuesses(tx, me.id, afterRight);
  await rememberGuesses(tx, card.id, afterRight);
  if (card.personId === me.id) return card;
  if (card.state === "VOID") return refuse("card-void", { libraryId: card.libraryId });
  const { taken } = await one<{ taken: boolean }>(
    tx,
    sql`select has_account as taken from standing_of(${card.personId})`,
  );
  return taken ? refuse("card-attached") : makeMine(tx, me, card);
}

async function makeMine(tx: Transaction, me: { id: string; loa: number }, card: CardRow): Promise<CardRow> {
  const raised = card.loa > me.loa;
  if (raised) {
    await run(
      tx,
      sql`
      update person set loa = seen.loa, full_name = seen.full_name, birth_date = seen.birth_date,
                        paper_seen = seen.paper_seen, paper_seen_on = seen.paper_seen_on
      from person seen where seen.id = ${card.personId} and person.id = ${me.id}`,
    );
    await enqueueMirror(tx, { person: me.id });
  }
  await run(tx, sql`update card set person_id = ${me.id} where id = ${card.id}`);
  const changed = await all<{ id: string }>(
    tx,
    sql`
    update card set version = next_version(version) where person_id = ${me.id} and (id = ${card.id} or ${raised})
    returning id::text`,
  );
  await announceCards(
    tx,
    changed.map(({ id }) => id),
  );
  return { ...card, personId: me.id };
}

async function countWrong(tx: Transaction, me: { id: string } & Guesses, card: CardRow | undefined): Promise<Refusal> {
  const mine = afterWrong(me, tx.now);
  await rememberMyGuesses(tx, me.id, mine);
  if (card) await rememberGuesses(tx, card.id, afterWrong(card, tx.now));
  return mine.pinWaitUntil
    ? refuse("pin-wait", { until: mine.pinWaitUntil.toISOString() })
    : refuse("card-or-pin-wrong");
}

const rememberMyGuesses = (tx: Transaction, personId: string, { wrongPins, pinWaitUntil }: Guesses) =>
  run(tx, sql`update person set wrong_pins = ${wrongPins}, pin_wait_until = ${pinWaitUntil} where id = ${personId}`);
