import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";

type StartPolicy = {
  category: string;
  itemType: string;
  loanLimit: number;
  loanDays: number;
  renewals: number;
  holdLimit: number;
  forLoan: boolean;
};

// Reference works, the press and old books are read on the spot, whoever asks.
const onTheSpot = { category: "*", loanLimit: 0, loanDays: 0, renewals: 0, holdLimit: 0, forLoan: false };

/** The rules of a library that has set none of its own yet. */
export const startPolicies: readonly StartPolicy[] = [
  { category: "*", itemType: "*", loanLimit: 5, loanDays: 14, renewals: 2, holdLimit: 5, forLoan: true },
  { category: "CHILD", itemType: "*", loanLimit: 3, loanDays: 14, renewals: 2, holdLimit: 3, forLoan: true },
  { category: "SENIOR", itemType: "*", loanLimit: 5, loanDays: 28, renewals: 3, holdLimit: 5, forLoan: true },
  {
    category: "LECTURER_RESEARCHER",
    itemType: "*",
    loanLimit: 10,
    loanDays: 30,
    renewals: 3,
    holdLimit: 10,
    forLoan: true,
  },
  { category: "GROUP", itemType: "*", loanLimit: 100, loanDays: 60, renewals: 1, holdLimit: 0, forLoan: true },
  { ...onTheSpot, itemType: "reference" },
  { ...onTheSpot, itemType: "serial" },
  { ...onTheSpot, itemType: "heritage" },
];

// How many open days a book waits on the hold shelf for its reader.
const shelfDays = 5;

/** Gives a library the rules to start with, unless it has some. */
export async function setStartPolicies(tx: Transaction, libraryId: string): Promise<void> {
  await run(
    tx,
    sql`
    insert into policy (library_id, category, item_type, loan_limit, loan_days, renewals, hold_limit, for_loan, shelf_days)
    select ${libraryId}, rule.category, rule."itemType", rule."loanLimit", rule."loanDays", rule.renewals,
           rule."holdLimit", rule."forLoan", ${shelfDays}
    from jsonb_to_recordset(${JSON.stringify(startPolicies)}::jsonb)
      as rule (category text, "itemType" text, "loanLimit" int, "loanDays" int, renewals int, "holdLimit" int,
               "forLoan" boolean)
    where not exists (select from policy where library_id = ${libraryId})
    on conflict (library_id, category, item_type) where ended_at is null do nothing`,
  );
}
