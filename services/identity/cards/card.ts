import { announce } from "@lienthong/bus/announce.ts";
import { retelling } from "@lienthong/bus/republish.ts";
import { all, run, sql, type Sql, type Transaction } from "@lienthong/database/transaction.ts";
import { CardChanged } from "@lienthong/proto/identity/v1/events.ts";
import { CardState, PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import type { Card, CardHolder } from "@lienthong/proto/identity/v1/service.ts";
import type { Guesses } from "./guess-limit.ts";

type Word<Literals> = Exclude<keyof Literals, "UNSPECIFIED" | "UNRECOGNIZED">;

export type CardRow = {
  id: string;
  version: bigint;
  libraryId: string;
  personId: string;
  number: string;
  category: Word<typeof PatronCategory>;
  state: Word<typeof CardState>;
  loa: number;
  pin: string;
} & Guesses;

/** Cards that the caller may see, with their person's level of assurance; `which` orders and bounds them. */
export const cardsWhere = (tx: Transaction, which: Sql): Promise<CardRow[]> =>
  all<CardRow>(
    tx,
    sql`
    select card.id::text, card.version, card.library_id as "libraryId", card.person_id::text as "personId", card.number,
           card.category, card.state, person.loa, card.pin,
           card.wrong_pins as "wrongPins", card.pin_wait_until as "pinWaitUntil"
    from card join person on person.id = card.person_id where ${which}`,
  );

/** Shows this transaction the cards with exactly this number: of one library, or of all. */
export const presentCards = (tx: Transaction, number: string, libraryId: string | null) =>
  run(tx, sql`select present_cards(${number}, ${libraryId})`);

/** Announces what these cards are now, with the versions that their rows have. */
export async function announceCards(tx: Transaction, ids: readonly string[]): Promise<void> {
  for (const row of await cardsWhere(tx, sql`card.id = any(${[...ids]}::uuid[]) order by card.id`)) {
    announce(tx, CardChanged, told(row));
  }
}

export const shownCard = ({ id, libraryId, personId, number, category, state }: CardRow): Card => ({
  id,
  libraryId,
  personId,
  number,
  category: PatronCategory[category],
  state: CardState[state],
});

export const holderOf = ({ id, libraryId, personId, category, loa }: CardRow): CardHolder => ({
  cardId: id,
  libraryId,
  personId,
  category: PatronCategory[category],
  loa,
});

/** A number as it is compared: scanners add spaces, and people copy letters in either case. */
export const numberOf = (text: string) => text.normalize("NFC").replace(/\s+/g, "").toUpperCase();

const told = ({ id, version, libraryId, personId, category, state, loa }: CardRow): CardChanged => ({
  id,
  version,
  libraryId,
  personId,
  category: PatronCategory[category],
  state: CardState[state],
  loa,
});

export const tellCards = retelling(CardChanged, async (tx, { libraryId }, after, limit) => {
  const first = after || "00000000-0000-0000-0000-000000000000";
  const which = libraryId === undefined ? sql`true` : sql`card.library_id = ${libraryId}`;
  return (await cardsWhere(tx, sql`card.id > ${first} and ${which} order by card.id limit ${limit}`)).map(told);
});
