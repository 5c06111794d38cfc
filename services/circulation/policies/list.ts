import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { ListPoliciesRequest, ListPoliciesResponse, Policy } from "@lienthong/proto/circulation/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { ownLibrary } from "../asked.ts";

export const ListPolicies = query<ListPoliciesRequest, ListPoliciesResponse>((_ask, caller) =>
  caller.as(async (tx) => ({ policies: await listPolicies(tx) })),
);

/** The rules in force at the library that the caller acts for, the most general first. */
export async function listPolicies(tx: Transaction): Promise<Policy[]> {
  return all<Policy>(
    tx,
    sql`
    select library_id as "libraryId", category, item_type as "itemType", loan_limit as "loanLimit",
           loan_days as "loanDays", renewals, hold_limit as "holdLimit", for_loan as "forLoan",
           shelf_days as "shelfDays"
    from policy where library_id = ${ownLibrary(tx.actor)} and ended_at is null
    order by (category <> '*')::int + (item_type <> '*')::int, category, item_type limit 500`,
  );
}
