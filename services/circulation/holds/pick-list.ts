import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type {
  PickListRequest,
  PickListResponse,
  PickListRow,
  ScannedItem,
} from "@lienthong/proto/circulation/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { badInput } from "@lienthong/rpc/fault.ts";
import { anId, ownLibrary } from "../asked.ts";
import { scannedColumns } from "../availability/scan.ts";

export const PickList = query<PickListRequest, PickListResponse>((ask, caller) => {
  const after = ask.after === "" ? undefined : anId("after", ask.after);
  return caller.as(async (tx) => ({ rows: await pickList(tx, after) }));
});

type Row = ScannedItem & Omit<PickListRow, "item">;

const pageRows = 100;

/**
 * What the caller's library is to fetch from its shelves, in the order in which one walks along them: location, then call
 * number. A page of 100.
 * @param after the hold of the last row of the page before, whatever has become of it since
 */
async function pickList(tx: Transaction, after: string | undefined): Promise<PickListRow[]> {
  const from = after === undefined ? undefined : await placeOf(tx, after);
  const rows = await all<Row>(
    tx,
    sql`
    select ${scannedColumns}, hold.id as "holdId", item.location, branch.name as "pickupBranchName",
           coalesce(library.name, hold.library_id) as "pickupLibraryName", hold.placed_at as "placedAt"
    from hold
    join item on item.id = hold.item_id
    join branch on branch.id = hold.pickup_branch_id
    left join library on library.id = hold.library_id
    where hold.owner_library_id = ${ownLibrary(tx.actor)} and hold.state = 'TARGETED'
      and (${from === undefined} or (item.location collate "C", item.call_number collate "C", item.id)
           > (${from?.location ?? ""}, ${from?.callNumber ?? ""}, ${from?.itemId ?? null}::uuid))
    order by item.location collate "C", item.call_number collate "C", item.id limit ${pageRows}`,
  );
  return rows.map(({ holdId, location, pickupBranchName, pickupLibraryName, placedAt, ...item }) => ({
    holdId,
    item,
    location,
    pickupBranchName,
    pickupLibraryName,
    placedAt,
  }));
}

async function placeOf(tx: Transaction, holdId: string) {
  const [place] = await all<{ location: string; callNumber: string; itemId: string }>(
    tx,
    sql`
    select item.location, item.call_number as "callNumber", item.id as "itemId"
    from hold join item on item.id = hold.item_id where hold.id = ${holdId}`,
  );
  if (!place) throw badInput({ field: "after", problem: "begin the list anew: its last row is no longer known here" });
  return place;
}
