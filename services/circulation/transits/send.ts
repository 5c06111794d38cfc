import { announce } from "@lienthong/bus/announce.ts";
import { retelling } from "@lienthong/bus/republish.ts";
import { all, one, optional, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { TransitChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { TransitState } from "@lienthong/proto/circulation/v1/states.ts";
import type { Branch } from "../libraries/branch.ts";

export type OpenTransit = { id: string; toBranchId: string; toLibraryId: string; holdId: string | null };

/** The journey an item is on, if any. */
export const openTransit = (tx: Transaction, itemId: string): Promise<OpenTransit | undefined> =>
  optional(
    tx,
    sql`
    select id, to_branch_id as "toBranchId", to_library_id as "toLibraryId", hold_id as "holdId"
    from transit where item_id = ${itemId} and arrived_at is null`,
  );

/** Sends an item from one branch to another, for a hold or home. The caller holds the item's lock. */
export async function send(
  tx: Transaction,
  item: { id: string; libraryId: string },
  from: Branch,
  to: Branch,
  holdId: string | null,
): Promise<void> {
  tell(
    tx,
    await one<Row>(
      tx,
      sql`
      insert into transit (library_id, from_branch_id, to_library_id, to_branch_id, owner_library_id, item_id, hold_id)
      values (${from.libraryId}, ${from.id}, ${to.libraryId}, ${to.id}, ${item.libraryId}, ${item.id}, ${holdId})
      returning ${columns}`,
    ),
  );
}

/** Gives a journey another end, because the one it was made for is gone. */
export async function redirect(tx: Transaction, transitId: string, to: Branch, holdId: string | null): Promise<void> {
  tell(
    tx,
    await one<Row>(
      tx,
      sql`
      update transit set version = next_version(version), to_library_id = ${to.libraryId}, to_branch_id = ${to.id},
        hold_id = ${holdId}
      where id = ${transitId} and arrived_at is null returning ${columns}`,
    ),
  );
}

/** Ends a journey. */
export async function end(tx: Transaction, transitId: string): Promise<void> {
  tell(
    tx,
    await one<Row>(
      tx,
      sql`
      update transit set version = next_version(version), arrived_at = now()
      where id = ${transitId} and arrived_at is null returning ${columns}`,
    ),
  );
}

type Row = {
  id: string;
  version: bigint;
  libraryId: string;
  toLibraryId: string;
  toBranchId: string;
  arrived: boolean;
};

const columns = sql`id, version, library_id as "libraryId", to_library_id as "toLibraryId",
  to_branch_id as "toBranchId", arrived_at is not null as arrived`;

const eventOf = ({ arrived, ...row }: Row): TransitChanged => ({
  ...row,
  state: arrived ? TransitState.ARRIVED : TransitState.SENT,
});

const tell = (tx: Transaction, row: Row) => announce(tx, TransitChanged, eventOf(row));

export const retellTransits = retelling(TransitChanged, async (tx, extent, after, limit) => {
  const rows = await all<Row>(
    tx,
    sql`
    select ${columns} from transit
    where (${after} = '' or id > nullif(${after}, '')::uuid)
      and (${extent.libraryId ?? null}::text is null or library_id = ${extent.libraryId ?? null})
    order by id limit ${limit}`,
  );
  return rows.map(eventOf);
});
