import { consumer } from "@lienthong/bus/consumer.ts";
import { run, sql } from "@lienthong/database/transaction.ts";
import { CardChanged } from "@lienthong/proto/identity/v1/events.ts";
import { CardState } from "@lienthong/proto/identity/v1/library.ts";
import { nameOf, PatronCategory } from "./words.ts";

/** What a card makes of a person at a library: the number, the PIN and the name stay in identity. */
export const onCardChanged = consumer(CardChanged, async (tx, card) => {
  await run(
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
});
