import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { ResolveCardRequest, ResolveCardResponse } from "@lienthong/proto/identity/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { isRefusal, outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { checked } from "../asked.ts";
import { keptLookUp } from "../people/look-up.ts";
import { type CardRow, cardsWhere, holderOf, numberOf, presentCards } from "./card.ts";

export const refuse = refusals("identity.resolve-card", {
  "card-unknown": "No library has given out a card with this number.",
  "card-ambiguous": "Several other libraries have given out a card with this number.",
  "card-void": "The card is no longer valid.",
  "card-blocked": "The card is blocked by the library that gave it out.",
});

/**
 * Whose card lies on the desk, and that the desk asked. It changes nothing but who may be shown the reader's name today, so
 * it needs no request id.
 */
export const ResolveCard = query<ResolveCardRequest, ResolveCardResponse>((ask, caller) => {
  const { cardNumber } = checked(shape, ask);
  return caller.as(async (tx) => {
    const card = await keptLookUp(tx, "card", await resolveCard(tx, numberOf(cardNumber)));
    return outcome(card, "holder", holderOf);
  });
});

export const aCardNumber = z
  .string()
  .min(1, "must not be empty")
  // What is longer is looked at no further: to normalise a text of nothing but marks takes seconds.
  .max(40, { error: "at most 40 characters", abort: true })
  .refine((given) => numberOf(given) !== "", "must not be empty");
const shape = z.object({ cardNumber: aCardNumber });

/** Finds a card by its number: the library's own first, then everybody's. */
export async function resolveCard(tx: Transaction, number: string): Promise<CardRow | Refusal> {
  await presentCards(tx, number, null);
  const found = await cardsWhere(tx, sql`card.number = ${number} order by card.id limit 10`);
  const card = whichCard(found, tx.actor.libraryId);
  if (isRefusal(card)) return card;
  if (card.libraryId !== tx.actor.libraryId) {
    await run(
      tx,
      sql`
      insert into guest (library_id, person_id) values (${tx.actor.libraryId}, ${card.personId})
      on conflict (library_id, person_id) do update set seen_at = now()`,
    );
  }
  return card;
}

/** The rule alone: numbers are unique inside a library only, so elsewhere there may be several. */
export function whichCard(found: readonly CardRow[], libraryId: string | null): CardRow | Refusal {
  const own = found.find((card) => card.libraryId === libraryId);
  const elsewhere = found.filter((card) => card.state !== "VOID");
  const card = own ?? elsewhere[0] ?? found[0];
  if (!card) return refuse("card-unknown");
  if (!own && elsewhere.length > 1) {
    return refuse("card-ambiguous", { libraries: elsewhere.map((other) => other.libraryId).join(", ") });
  }
  if (card.state === "VOID") return refuse("card-void", { libraryId: card.libraryId });
  if (card.state === "BLOCKED") return refuse("card-blocked", { libraryId: card.libraryId });
  return card;
}
