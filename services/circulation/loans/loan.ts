import { announce } from "@lienthong/bus/announce.ts";
import { retelling } from "@lienthong/bus/republish.ts";
import { all, one, optional, sql, type Sql, type Transaction } from "@lienthong/database/transaction.ts";
import { LoanChanged } from "@lienthong/proto/circulation/v1/events.ts";
import type { Loan } from "@lienthong/proto/circulation/v1/service.ts";
import { LoanState } from "@lienthong/proto/circulation/v1/states.ts";

/**
 * Makes or changes one open loan, and announces what it is now.
 * @param change an insert or update of `loan` that touches one row
 * @returns the loan as people see it
 */
export async function changeLoan(tx: Transaction, change: Sql): Promise<Loan> {
  const { version, patronCategory, ...loan } = await one<Loan & { version: bigint; patronCategory: string }>(
    tx,
    sql`
    with loan as (${change} returning *)
    select ${shownColumns}, loan.version, loan.category as "patronCategory" from ${shownFrom}`,
  );
  const { id, libraryId, dueAt, renewals } = loan;
  announce(tx, LoanChanged, { id, version, libraryId, patronCategory, state: LoanState.OPEN, dueAt, renewals });
  return loan;
}

/** Ends the open loan of an item, if there is one. The caller holds the item's lock and acts across libraries. */
export async function endLoan(tx: Transaction, itemId: string): Promise<{ dueAt: Date } | undefined> {
  const ended = await optional<Row>(
    tx,
    sql`
    update loan set version = next_version(version), returned_at = now()
    where item_id = ${itemId} and returned_at is null returning ${columns}`,
  );
  if (ended) announce(tx, LoanChanged, eventOf(ended));
  return ended;
}

/** Open loans as people see them. The caller's row-level security narrows them; at most 200, first to come due first. */
export async function showLoans(tx: Transaction, which: Sql): Promise<Loan[]> {
  return all<Loan>(
    tx,
    sql`select ${shownColumns} from ${shownFrom} where ${which} order by loan.due_at, loan.id limit 200`,
  );
}

const shownColumns = sql`loan.id, coalesce(title.title, item.title) as title, coalesce(title.author, item.author) as author,
  item.barcode, loan.lent_at as "lentAt", loan.due_at as "dueAt", loan.renewals,
  greatest(loan.renewals_max - loan.renewals, 0) as "renewalsLeft", loan.due_at < now() as overdue,
  coalesce(record.title_id, '') as "titleId", loan.library_id as "libraryId",
  coalesce(loan.person_id::text, '') as "personId"`;

const shownFrom = sql`loan
  join item on item.id = loan.item_id
  left join record on record.id = item.record_id
  left join title on title.id = record.title_id and not title.gone`;

type Row = {
  id: string;
  version: bigint;
  libraryId: string;
  patronCategory: string;
  open: boolean;
  dueAt: Date;
  renewals: number;
};

const columns = sql`id, version, library_id as "libraryId", category as "patronCategory",
  returned_at is null as open, due_at as "dueAt", renewals`;

const eventOf = ({ open, ...row }: Row): LoanChanged => ({ ...row, state: open ? LoanState.OPEN : LoanState.RETURNED });

export const retellLoans = retelling(LoanChanged, async (tx, extent, after, limit) => {
  const rows = await all<Row>(
    tx,
    sql`
    select ${columns} from loan
    where (${after} = '' or id > nullif(${after}, '')::uuid)
      and (${extent.libraryId ?? null}::text is null or library_id = ${extent.libraryId ?? null})
    order by id limit ${limit}`,
  );
  return rows.map(eventOf);
});
