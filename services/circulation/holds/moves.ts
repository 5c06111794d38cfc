import { announce } from "@lienthong/bus/announce.ts";
import { retelling } from "@lienthong/bus/republish.ts";
import { all, one, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { HoldChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { HoldState } from "@lienthong/proto/circulation/v1/states.ts";

export type HoldWord = Exclude<keyof typeof HoldState, "UNSPECIFIED" | "UNRECOGNIZED">;

/**
 * The life of a hold: from each state, where it may go. A returned copy is captured for a hold that nobody had looked for
 * one yet, and a reader may find a copy before the library does; hence the short ways from WAITING and TARGETED.
 */
export const moves: Record<HoldWord, readonly HoldWord[]> = {
  WAITING: ["TARGETED", "IN_TRANSIT", "READY", "FILLED", "CANCELLED", "UNFILLABLE"],
  TARGETED: ["WAITING", "IN_TRANSIT", "READY", "FILLED", "CANCELLED"],
  IN_TRANSIT: ["READY", "CANCELLED"],
  READY: ["FILLED", "EXPIRED", "CANCELLED"],
  FILLED: [],
  EXPIRED: [],
  CANCELLED: [],
  UNFILLABLE: [],
};

export type Move = { from: HoldWord } & (
  | { to: "TARGETED" | "IN_TRANSIT"; item: { id: string; libraryId: string } }
  | { to: "READY"; item: { id: string; libraryId: string }; readyUntil: Date }
  | { to: "WAITING" | "FILLED" | "EXPIRED" | "CANCELLED" | "UNFILLABLE" }
);

/**
 * Moves a hold from one state to another under the caller's lock, and announces what it is now.
 * @throws Error when there is no such way, or the hold stands elsewhere: the caller was to look first
 * @returns the version of the hold after it
 */
export async function move(tx: Transaction, holdId: string, step: Move): Promise<bigint> {
  if (!moves[step.from].includes(step.to)) throw new Error(`No hold goes from ${step.from} to ${step.to}`);
  const item = "item" in step ? step.item : undefined;
  const keepsItem = moves[step.to].length === 0;
  const moved = await one<Row>(
    tx,
    sql`
    update hold set version = next_version(hold.version), state = ${step.to},
      item_id = case when ${keepsItem} then item_id else ${item?.id ?? null}::uuid end,
      owner_library_id = case when ${keepsItem} then owner_library_id else ${item?.libraryId ?? null} end,
      targeted_at = case when ${step.to} = 'TARGETED' then now() else targeted_at end,
      ready_until = ${"readyUntil" in step ? step.readyUntil : null}::timestamptz,
      ended_at = case when ${keepsItem} then now() end
    where id = ${holdId} and state = ${step.from}
    returning ${columns}`,
  );
  announce(tx, HoldChanged, eventOf(moved));
  return moved.version;
}

/** Announces a hold as it is now, after it was placed. */
export async function tellHold(tx: Transaction, holdId: string): Promise<void> {
  announce(tx, HoldChanged, eventOf(await one<Row>(tx, sql`select ${columns} from hold where id = ${holdId}`)));
}

/** The records of a title have become another title's: the holds on them are in another queue now. */
export async function tellNewTitles(tx: Transaction, recordIds: readonly string[]): Promise<void> {
  const holds = await all<Row>(
    tx,
    sql`
    update hold set version = next_version(hold.version)
    where record_id = any(${recordIds}::uuid[]) and ended_at is null returning ${columns}`,
  );
  for (const hold of holds) announce(tx, HoldChanged, eventOf(hold));
}

type Row = {
  id: string;
  version: bigint;
  libraryId: string;
  titleId: string | null;
  state: HoldWord;
  pickupBranchId: string;
  readyUntil: Date | null;
};

const columns = sql`hold.id, hold.version, hold.library_id as "libraryId",
  (select title_id from record where record.id = hold.record_id) as "titleId",
  hold.state, hold.pickup_branch_id as "pickupBranchId", hold.ready_until as "readyUntil"`;

const eventOf = (row: Row): HoldChanged => ({
  id: row.id,
  version: row.version,
  libraryId: row.libraryId,
  titleId: row.titleId ?? "",
  state: HoldState[row.state],
  pickupBranchId: row.pickupBranchId,
  readyUntil: row.readyUntil ?? undefined,
});

export const retellHolds = retelling(HoldChanged, async (tx, extent, after, limit) => {
  const rows = await all<Row>(
    tx,
    sql`
    select ${columns} from hold
    where (${after} = '' or id > nullif(${after}, '')::uuid)
      and (${extent.libraryId ?? null}::text is null or library_id = ${extent.libraryId ?? null})
    order by id limit ${limit}`,
  );
  return rows.map(eventOf);
});
