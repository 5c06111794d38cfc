import { one, type Sql, sql, type Transaction } from "@lienthong/database/transaction.ts";

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
export const policyFor = (tx: Transaction, libraryId: string, category: string, itemType: string): Promise<Rules> =>
  one(tx, rulesInForce(sql`${libraryId}`, sql`${category}`, sql`${itemType}`));

/** The same as a question inside another one. */
export const rulesInForce = (libraryId: Sql, category: Sql, itemType: Sql): Sql => sql`
  select id as "policyId", loan_limit as "loanLimit", loan_days as "loanDays", policy.renewals, hold_limit as "holdLimit",
         policy.for_loan as "forLoan", shelf_days as "shelfDays"
  from policy
  where policy.library_id = ${libraryId} and policy.category in (${category}, '*')
    and policy.item_type in (${itemType}, '*') and ended_at is null
  order by (policy.category <> '*')::int + (policy.item_type <> '*')::int desc, policy.item_type = '*' limit 1`;
