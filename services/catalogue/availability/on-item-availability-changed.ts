import { consumer } from "@lienthong/bus/consumer.ts";
import { all, optional, sql } from "@lienthong/database/transaction.ts";
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

/** What circulation says of an item, for readers to see. An older or repeated event changes nothing. */
export const onItemAvailabilityChanged = consumer(ItemAvailabilityChanged, async (tx, item) => {
  const heard = await optional<{ changed: boolean }>(
    tx,
    sql`
    insert into item_state (item_id, version, library_id, state, due_at)
    values (${item.id}, ${item.version}, ${item.libraryId}, ${words[item.state] ?? "unknown"}, ${item.dueAt ?? null})
    on conflict (item_id) do update
      set version = excluded.version, state = excluded.state, due_at = excluded.due_at, heard_at = now()
      where item_state.version <= excluded.version
    returning old.state is distinct from state as changed`,
  );
  if (!heard?.changed) return;
  const shown = await all<{ titleId: string }>(tx, sql`select title_id as "titleId" from item where id = ${item.id}`);
  await markForIndexLater(
    tx,
    shown.map((row) => row.titleId),
  );
});
