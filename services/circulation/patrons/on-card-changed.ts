import { consumer } from "@lienthong/bus/consumer.ts";
import { run, sql } from "@lienthong/database/transaction.ts";
import { CardChanged } from "@lienthong/proto/identity/v1/events.ts";
import { CardState } from "@lienthong/proto/identity/v1/library.ts";
import { nameOf, PatronCategory } from "./words.ts";

/** What a card makes of a person at a library: the number, the PIN and the name stay in identity. */
export const onCardChanged = consumer(CardChanged, async (tx, card) => {
  const applied = await run(
    tx,
    sql`
    insert into patron (id, version, library_id, person_id, category, state, loa)
    values (${card.id}, ${card.version}, ${card.libraryId}, ${card.personId}, ${nameOf(PatronCategory, card.category)},
            ${nameOf(CardState, card.state)}, ${card.loa})
    on conflict (id) do update
      set version = excluded.version, person_id = excluded.person_id, category = excluded.category,
          state = excluded.state, loa = excluded.loa
      where patron.version <= excluded.version`,
  );
  // A reader who attaches their card to their account becomes another person to us: what is out on the card goes with it.
  if (applied > 0)
    await run(
      tx,
      sql`
      update loan set person_id = ${card.personId}
      where card_id = ${card.id} and person_id is not null and person_id <> ${card.personId}`,
    );
});
