import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type {
  ListTransitsRequest,
  ListTransitsResponse,
  ScannedItem,
  Transit,
} from "@lienthong/proto/circulation/v1/service.ts";
import { TransitState } from "@lienthong/proto/circulation/v1/states.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { ownLibrary } from "../asked.ts";
import { scannedColumns } from "../availability/scan.ts";

export const ListTransits = query<ListTransitsRequest, ListTransitsResponse>((_ask, caller) =>
  caller.as(async (tx) => ({
    arriving: await transits(tx, "arriving"),
    leaving: await transits(tx, "leaving"),
  })),
);

/** What travels to the caller's library or from it, longest on the way first: the 200 that somebody should ask about. */
async function transits(tx: Transaction, which: "arriving" | "leaving"): Promise<Transit[]> {
  const here = ownLibrary(tx.actor);
  const side = which === "arriving" ? sql`transit.to_library_id = ${here}` : sql`transit.library_id = ${here}`;
  const rows = await all<ScannedItem & { transit: Omit<Transit, "item" | "state" | "sentAt">; sentAt: Date }>(
    tx,
    sql`
    select ${scannedColumns}, transit.sent_at as "sentAt", json_build_object(
        'id', transit.id, 'fromBranchName', origin.name, 'toBranchId', target.id, 'toBranchName', target.name,
        'toLibraryId', transit.to_library_id, 'forHold', transit.hold_id is not null) as transit
    from transit
    join item on item.id = transit.item_id
    join branch origin on origin.id = transit.from_branch_id
    join branch target on target.id = transit.to_branch_id
    where ${side} and transit.arrived_at is null
    order by transit.sent_at, transit.id limit 200`,
  );
  return rows.map(({ transit, sentAt, ...item }) => ({ ...transit, item, sentAt, state: TransitState.SENT }));
}
