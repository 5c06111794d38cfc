import { announce } from "@lienthong/bus/announce.ts";
import { retelling } from "@lienthong/bus/republish.ts";
import { all, one, type Sql, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { ItemAvailabilityChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { ItemState } from "@lienthong/proto/circulation/v1/states.ts";
import type { Branch } from "../libraries/branch.ts";

/** Where an item is to be from now on. At rest it is at home, as its description says: for loan, not for loan, withdrawn. */
export type Availability =
  | { state: "ON_LOAN"; at: Branch; dueAt: Date }
  | { state: "ON_HOLD_SHELF" | "IN_TRANSIT"; at: Branch }
  | { state: "AT_REST" };

/** Sets an item's state under the lock that the caller holds on it, and announces it with the state's own version. */
export async function setAvailability(tx: Transaction, itemId: string, to: Availability): Promise<void> {
  const at = to.state === "AT_REST" ? undefined : to.at;
  const dueAt = to.state === "ON_LOAN" ? to.dueAt : null;
  tell(
    tx,
    await one<Row>(
      tx,
      sql`
      update item_state set version = next_version(item_state.version),
        state = case when ${to.state} <> 'AT_REST' then ${to.state}
                     when item.withdrawn then 'WITHDRAWN' when item.for_loan then 'AVAILABLE' else 'NOT_FOR_LOAN' end,
        at_library_id = ${at?.libraryId ?? null}, at_branch_id = ${at?.id ?? null}, due_at = ${dueAt},
        last_used_at = case when item_state.state = 'ON_LOAN' or ${to.state} = 'ON_LOAN' then now() else last_used_at end,
        not_found_until = null
      from item where item.id = item_state.item_id and item_id = ${itemId}
      returning ${columns}`,
    ),
  );
}

/** A loan goes on: the item is due on another day. */
export async function setDue(tx: Transaction, itemId: string, dueAt: Date): Promise<void> {
  tell(
    tx,
    await one<Row>(
      tx,
      sql`
      update item_state set version = next_version(version), due_at = ${dueAt}
      where item_id = ${itemId} and state = 'ON_LOAN' returning ${columns}`,
    ),
  );
}

/**
 * Gives items their first state, as they rest by their descriptions, and announces it.
 * @param resting an expression over `item`
 * @returns the states, without the items that have one already
 */
export async function beginAvailability(
  tx: Transaction,
  itemIds: readonly string[],
  resting: Sql,
): Promise<Map<string, Row["state"]>> {
  const first = await all<Row>(
    tx,
    sql`
    insert into item_state (item_id, library_id, state)
    select id, library_id, ${resting} from item where id = any(${itemIds}::uuid[]) order by id
    on conflict (item_id) do nothing returning ${columns}`,
  );
  for (const row of first) tell(tx, row);
  return new Map(first.map((row) => [row.id, row.state]));
}

type Row = {
  id: string;
  version: bigint;
  libraryId: string;
  state: keyof typeof ItemState;
  dueAt: Date | null;
  branchId: string | null;
};

const columns = sql`item_state.item_id as id, item_state.version, item_state.library_id as "libraryId", item_state.state,
  item_state.due_at as "dueAt", item_state.at_branch_id as "branchId"`;

const eventOf = (row: Row): ItemAvailabilityChanged => ({
  id: row.id,
  version: row.version,
  libraryId: row.libraryId,
  state: ItemState[row.state],
  dueAt: row.dueAt ?? undefined,
  branchId: row.branchId ?? "",
});

const tell = (tx: Transaction, row: Row) => announce(tx, ItemAvailabilityChanged, eventOf(row));

export const retellAvailability = retelling(ItemAvailabilityChanged, async (tx, extent, after, limit) => {
  const rows = await all<Row>(
    tx,
    sql`
    select ${columns} from item_state
    where (${after} = '' or item_id > nullif(${after}, '')::uuid)
      and (${extent.libraryId ?? null}::text is null or library_id = ${extent.libraryId ?? null})
    order by item_id limit ${limit}`,
  );
  return rows.map(eventOf);
});
