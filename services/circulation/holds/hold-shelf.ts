import { sql } from "@lienthong/database/transaction.ts";
import type { HoldShelfRequest, HoldShelfResponse } from "@lienthong/proto/circulation/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { anIdOrNone, ownLibrary } from "../asked.ts";
import { showHolds } from "./show.ts";

/** What waits on the hold shelves of the caller's library, or of one branch of it, first to expire first. */
export const HoldShelf = query<HoldShelfRequest, HoldShelfResponse>((ask, caller) => {
  const branchId = anIdOrNone("branch_id", ask.branchId) ?? null;
  return caller.as(async (tx) => ({
    holds: await showHolds(
      tx,
      sql`hold.library_id = ${ownLibrary(tx.actor)} and hold.state = 'READY'
          and (${branchId}::uuid is null or hold.pickup_branch_id = ${branchId})`,
      sql`hold.ready_until, hold.id`,
    ),
  }));
});
