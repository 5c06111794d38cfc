import { acrossLibraries } from "@lienthong/database/across-libraries.ts";
import { all, sql, type Sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Hold } from "@lienthong/proto/circulation/v1/service.ts";
import { HoldState } from "@lienthong/proto/circulation/v1/states.ts";
import type { HoldWord } from "./moves.ts";

type Row = Omit<Hold, "state" | "position" | "readyUntil"> & { state: HoldWord; readyUntil: Date | null };

/** Holds as people see them, as far as the caller may; at most 200. */
export async function showHolds(
  tx: Transaction,
  which: Sql,
  order: Sql = sql`hold.placed_at, hold.id`,
): Promise<Hold[]> {
  const rows = await all<Row>(
    tx,
    sql`
    select hold.id, coalesce(record.title_id, '') as "titleId", hold.record_id as "recordId",
           coalesce(title.title, item.title, hold.shown_title) as title,
           coalesce(title.author, item.author, '') as author, hold.state,
           hold.pickup_branch_id as "pickupBranchId", branch.name as "pickupBranchName",
           coalesce(library.name, hold.library_id) as "pickupLibraryName", hold.placed_at as "placedAt",
           hold.ready_until as "readyUntil",
           case when hold.state in ('IN_TRANSIT', 'READY') then coalesce(item.barcode, '') else '' end as barcode,
           hold.person_id as "personId"
    from hold
    left join record on record.id = hold.record_id
    left join title on title.id = record.title_id and not title.gone
    left join item on item.id = hold.item_id
    join branch on branch.id = hold.pickup_branch_id
    left join library on library.id = hold.library_id
    where ${which} order by ${order} limit 200`,
  );
  const positions = await positionsOf(
    tx,
    rows.filter((row) => inQueue.has(row.state)).map((row) => row.id),
  );
  return rows.map((row) => ({
    ...row,
    state: HoldState[row.state],
    readyUntil: row.readyUntil ?? undefined,
    position: positions.get(row.id) ?? 0,
  }));
}

/** One hold that the caller has just placed or changed. */
export async function showHold(tx: Transaction, id: string): Promise<Hold> {
  const [hold] = await showHolds(tx, sql`hold.id = ${id}`);
  if (!hold) throw new Error(`Hold ${id} cannot be seen by whoever changed it`);
  return hold;
}

// An item that is looked for may not be found: until it is captured, its hold keeps its place.
const inQueue: ReadonlySet<HoldWord> = new Set(["WAITING", "TARGETED"]);

/** The place of each hold in its title's queue, from 1. The others in it are not the caller's to see: only their number is. */
async function positionsOf(tx: Transaction, ids: string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await acrossLibraries(tx, () =>
    all<{ id: string; position: number }>(
      tx,
      sql`
      select hold.id, (
        select count(*)::int from record mate join hold other on other.record_id = mate.id
        where (mate.id = mine.id or mate.title_id = mine.title_id) and other.state in ('WAITING', 'TARGETED')
          and other.ended_at is null
          and (other.placed_at, other.id) <= (hold.placed_at, hold.id)) as position
      from hold join record mine on mine.id = hold.record_id
      where hold.id = any(${ids}::uuid[])`,
    ),
  );
  return new Map(rows.map((row) => [row.id, row.position]));
}
