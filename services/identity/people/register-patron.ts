import { one, optional, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import type { RegisterPatronRequest, RegisterPatronResponse } from "@lienthong/proto/identity/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { aDay, checked, text } from "../asked.ts";
import { announceCards, type CardRow, cardsWhere, numberOf, shownCard } from "../cards/card.ts";
import { aPin, hashPin } from "../cards/pin.ts";
import { aCardNumber } from "../cards/resolve.ts";

export const refuse = refusals("identity.register-patron", {
  "card-number-taken": "The library has given out a card with this number already.",
});

export const RegisterPatron = command<RegisterPatronRequest, RegisterPatronResponse>(async (ask, caller) => {
  const { pin, ...patron } = checked(shape, ask);
  const hashed = await hashPin(pin);
  return caller.as(async (tx) => outcome(await registerPatron(tx, patron, hashed), "card", shownCard));
});

type Category = CardRow["category"];
const categories = Object.keys(PatronCategory).filter(
  (word) => word !== "UNSPECIFIED" && word !== "UNRECOGNIZED",
) as Category[];

// Somebody older than this is a slip of the pen.
const oldestYears = 130;
const earliestBirth = () => `${new Date().getUTCFullYear() - oldestYears}-01-01`;

const shape = z.object({
  fullName: text(200),
  birthDate: aDay.refine((day) => day >= earliestBirth() && day <= new Date().toISOString().slice(0, 10), {
    message: "a day of birth in the past",
  }),
  category: z.string().transform((given, problems) => {
    const category = categories.find((word) => PatronCategory[word] === given);
    if (category) return category;
    problems.addIssue({ code: "custom", message: `one of ${categories.join(", ")}` });
    return z.NEVER;
  }),
  cardNumber: aCardNumber,
  pin: z.union([z.literal(""), aPin]),
  paperSeen: z.enum(
    ["cccd", "passport", "student-card", "birth-certificate"],
    "what paper was seen: cccd, passport, student-card or birth-certificate",
  ),
});
export type NewPatron = Omit<z.output<typeof shape>, "pin">;

/** Registers a reader who stands at the desk with a paper, and gives them a card of this library. */
export async function registerPatron(tx: Transaction, patron: NewPatron, pin: string): Promise<CardRow | Refusal> {
  const number = numberOf(patron.cardNumber);
  const { libraryId } = tx.actor;
  // Two desks that register the same number come one after the other, so that the second leaves no person without a card.
  await run(tx, sql`select pg_advisory_xact_lock(hashtextextended(${`${libraryId} ${number}`}, 0))`);
  const taken = await optional(tx, sql`select from card where library_id = ${libraryId} and number = ${number}`);
  if (taken) return refuse("card-number-taken", { number });

  const person = await one<{ id: string }>(
    tx,
    sql`
    insert into person (full_name, birth_date, loa, paper_seen, paper_seen_on, library_id)
    values (${patron.fullName}, ${patron.birthDate}, 2, ${patron.paperSeen}, civil_today(), ${libraryId}) returning id`,
  );
  const card = await one<{ id: string }>(
    tx,
    sql`
    insert into card (library_id, person_id, number, category, pin)
    values (${libraryId}, ${person.id}, ${number}, ${patron.category}, ${pin}) returning id`,
  );
  await announceCards(tx, [card.id]);
  const [row] = await cardsWhere(tx, sql`card.id = ${card.id}`);
  if (!row) throw new Error(`Card ${card.id} was made a moment ago`);
  return row;
}
