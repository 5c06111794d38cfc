import { sql } from "@lienthong/database/transaction.ts";
import type { MyAccountRequest, MyAccountResponse } from "@lienthong/proto/circulation/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { showHolds } from "../holds/show.ts";
import { showLoans } from "../loans/loan.ts";

/** The reader's own open loans and live holds, and for two weeks the holds that ended without a book. */
export const MyAccount = query<MyAccountRequest, MyAccountResponse>((_ask, caller) =>
  caller.as(async (tx) => ({
    loans: await showLoans(tx, sql`loan.person_id = ${tx.actor.personId} and loan.returned_at is null`),
    holds: await showHolds(
      tx,
      sql`hold.person_id = ${tx.actor.personId} and (hold.ended_at is null
          or (hold.state in ('EXPIRED', 'UNFILLABLE') and hold.ended_at > now() - interval '14 days'))`,
    ),
  })),
);
