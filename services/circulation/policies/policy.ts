import { one, sql, type Transaction } from "@lienthong/database/transaction.ts";

export type Rules = {
  policyId: string;
  loanLimit: number;
  loanDays: number;
  renewals: number;
  holdLimit: number;
  forLoan: boolean;
  shelfDays: number;
};

/**
 * The rules in force at a library for a category of patrons and a type of items: the most specific ones. Where one row
 * names the category and another the type, the type decides: what is read on the spot is so for everybody.
 * @throws Error when the library has none, which is a fault of its setting up
 */
export async function policyFor(
  tx: Transaction,
  libraryId: string,
  category: string,
  itemType: string,
): Promise<Rules> {
  return one<Rules>(
    tx,
    sql`
    select id as "policyId", loan_limit as "loanLimit", loan_days as "loanDays", renewals, hold_limit as "holdLimit",
           for_loan as "forLoan", shelf_days as "shelfDays"
    from policy
    where library_id = ${libraryId} and category in (${category}, '*') and item_type in (${itemType}, '*')
      and ended_at is null
    order by (category <> '*')::int + (item_type <> '*')::int desc, item_type = '*' limit 1`,
  );
}
