import { projection } from "@lienthong/bus/consumer.ts";
import { all, run, sql } from "@lienthong/database/transaction.ts";
import { CardChanged } from "@lienthong/proto/identity/v1/events.ts";
import { CardState } from "@lienthong/proto/identity/v1/library.ts";
import { nameOf, PatronCategory } from "./words.ts";

/** What cards make of people at libraries: numbers, PINs and names stay in identity. */
export const onCardChanged = projection(CardChanged, async (tx, cards) => {
  const applied = await all<{ id: string }>(
    tx,
    sql`
    insert into patron (id, version, library_id, person_id, category, state, loa)
    select * from unnest(${cards.map(({ id }) => id)}::uuid[], ${cards.map(({ version }) => version)}::bigint[],
      ${cards.map(({ libraryId }) => libraryId)}::text[], ${cards.map(({ personId }) => personId)}::uuid[],
      ${cards.map(({ category }) => nameOf(PatronCategory, category))}::text[],
      ${cards.map(({ state }) => nameOf(CardState, state))}::text[], ${cards.map(({ loa }) => loa)}::smallint[])
    on conflict (id) do update
      set version = excluded.version, person_id = excluded.person_id, category = excluded.category,
          state = excluded.state, loa = excluded.loa
      where patron.version <= excluded.version
    returning id`,
  );
  if (applied.length === 0) return;
  // A reader who attaches their card to their account becomes another person to us: what is out on the card goes with it.
  await run(
    tx,
    sql`
    update loan set person_id = patron.person_id from patron
    where patron.id = any(${applied.map(({ id }) => id)}::uuid[]) and card_id = patron.id
      and loan.person_id is not null and loan.person_id <> patron.person_id`,
  );
});
