import { lacking } from "./evidence.ts";
import type { Invariant } from "./invariant.ts";
import { beforeAllIds, pages } from "./pages.ts";

/** The database refuses a second open loan by its own index; here it is counted, and the state is held against the rows. */
export const oneLoanPerItem: Invariant = {
  id: "I1",
  promises: "An item has at most one open loan, and one on loan is on no journey and on no hold shelf.",
  lacks: ({ services }) => lacking(services, ["circulation"]),
  async *violations(evidence) {
    type Row = { key: string; broken: boolean };
    for await (const items of pages<Row>(evidence, "circulation", itemsAndWhatIsOpen, beforeAllIds))
      for (const { key, broken } of items) if (broken) yield key;
    for await (const items of pages<{ key: string }>(evidence, "circulation", lentWithoutState, beforeAllIds))
      for (const { key } of items) yield key;
  },
};

const itemsAndWhatIsOpen = `
  with page as materialized (select item_id, state from item_state where item_id > $1 order by item_id limit $2)
  select item_id as key,
         loans > 1 or journeys > 1 or (state = 'ON_LOAN') <> (loans = 1) or (state = 'IN_TRANSIT') <> (journeys = 1)
           or (state = 'ON_HOLD_SHELF') <> (shelved > 0) as broken
  from page
  cross join lateral (select count(*) as loans from loan where loan.item_id = page.item_id and returned_at is null) loan
  cross join lateral (
    select count(*) as journeys from transit where transit.item_id = page.item_id and arrived_at is null) transit
  cross join lateral (
    select count(*) as shelved from hold
    where hold.item_id = page.item_id and ended_at is null and state = 'READY') hold
  order by item_id`;

const lentWithoutState = `
  select item_id as key from loan
  where returned_at is null and item_id > $1 and not exists (select from item_state where item_state.item_id = loan.item_id)
  order by item_id limit $2`;
