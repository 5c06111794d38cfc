import { projection } from "@lienthong/bus/consumer.ts";
import { all, sql } from "@lienthong/database/transaction.ts";
import { ItemState } from "@lienthong/proto/circulation/v1/states.ts";
import { ItemAvailabilityChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { markForIndexLater } from "../indexing/mark.ts";

/** How readers are told where an item is. */
const words: Partial<Record<ItemState, string>> = {
  [ItemState.AVAILABLE]: "available",
  [ItemState.ON_LOAN]: "on-loan",
  [ItemState.IN_TRANSIT]: "in-transit",
  [ItemState.ON_HOLD_SHELF]: "on-hold-shelf",
  [ItemState.NOT_FOR_LOAN]: "not-for-loan",
};

/** What circulation says of items, for readers to see. An older or repeated event changes nothing. */
export const onItemAvailabilityChanged = projection(ItemAvailabilityChanged, async (tx, items) => {
  const shown = await all<{ titleId: string }>(
    tx,
    sql`
    with heard as (
      insert into item_state (item_id, version, library_id, state, due_at)
      select * from unnest(${items.map(({ id }) => id)}::uuid[], ${items.map(({ version }) => version)}::bigint[],
        ${items.map(({ libraryId }) => libraryId)}::text[], ${items.map(({ state }) => words[state] ?? "unknown")}::text[],
        ${items.map(({ dueAt }) => dueAt ?? null)}::timestamptz[])
      on conflict (item_id) do update
        set version = excluded.version, state = excluded.state, due_at = excluded.due_at, heard_at = now()
        where item_state.version <= excluded.version
      returning item_id, old.state is distinct from state as changed)
    select distinct item.title_id as "titleId" from heard join item on item.id = heard.item_id where changed`,
  );
  await markForIndexLater(
    tx,
    shown.map((row) => row.titleId),
  );
});
