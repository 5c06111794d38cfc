import { acrossLibraries } from "@lienthong/database/across-libraries.ts";
import { one, optional, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Loan, RenewRequest, RenewResponse } from "@lienthong/proto/circulation/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { notFound } from "@lienthong/rpc/fault.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { anId } from "../asked.ts";
import { type Item, lockItem } from "../availability/lock.ts";
import { setDue } from "../availability/set.ts";
import { mayTouch } from "../patrons/own-or-desk.ts";
import { freeCopies } from "../holds/target.ts";
import { calendarOf } from "../libraries/calendar.ts";
import { dueAt } from "../libraries/open-days.ts";
import { isBlocked } from "../patrons/patron.ts";
import { changeLoan } from "./loan.ts";

export const refuse = refusals("circulation.renew", {
  "already-returned": "The item has been returned.",
  "renewal-limit-reached": "The loan has been renewed as often as the rules allow.",
  "patron-blocked": "The patron may not renew at present.",
  "others-wait": "Other readers wait for the title and no other copy can serve them.",
  "too-late": "The loan is so late that the renewed due date would have passed already.",
});

export const Renew = command<RenewRequest, RenewResponse>((ask, caller) => {
  const loanId = anId("loan_id", ask.loanId);
  return caller.as(async (tx) => outcome(await renew(tx, loanId), "loan", (loan) => loan));
});

type Row = {
  itemId: string;
  branchId: string;
  personId: string | null;
  cardId: string | null;
  dueAt: Date;
  renewals: number;
  renewalsMax: number;
  loanDays: number;
  returned: boolean;
};

/** Lets a loan go on for as long as the rules it began under give, counted from the day it is due. */
export async function renew(tx: Transaction, loanId: string): Promise<Loan | Refusal> {
  const seen = await loanSeen(tx, loanId);
  if (!seen || !mayTouch(tx.actor, seen.personId)) throw notFound("loan");
  // The item's state is seen by its libraries only, and who waits for the title by none of them: hence the service.
  const facts = await acrossLibraries(tx, async () => {
    const item = await lockItem(tx, seen.itemId);
    if (!item) throw new Error(`Loan ${loanId} is of an item without a state`);
    return { othersWait: await othersWait(tx, item, seen.personId), calendar: await calendarOf(tx, seen.branchId) };
  });
  const loan = (await loanSeen(tx, loanId)) ?? seen;
  const blocked = await isBlocked(tx, loan.cardId, loan.personId);
  const due = dueAt(loan.dueAt, loan.loanDays, facts.calendar);
  const refusal = mayRenew({ ...loan, blocked, othersWait: facts.othersWait, newDueAt: due, now: tx.now });
  if (refusal) return refusal;

  const renewed = await changeLoan(
    tx,
    sql`
    update loan set version = next_version(version), renewals = renewals + 1, due_at = greatest(due_at, ${due})
    where id = ${loanId}`,
  );
  await acrossLibraries(tx, () => setDue(tx, loan.itemId, due));
  return renewed;
}

export type Facts = {
  returned: boolean;
  renewals: number;
  renewalsMax: number;
  blocked: boolean;
  othersWait: boolean;
  newDueAt: Date;
  now: Date;
};

/** The rule alone: the first reason why not. */
export function mayRenew(facts: Facts): Refusal | undefined {
  if (facts.returned) return refuse("already-returned");
  if (facts.blocked) return refuse("patron-blocked");
  if (facts.renewals >= facts.renewalsMax) {
    return refuse("renewal-limit-reached", { limit: String(facts.renewalsMax) });
  }
  if (facts.othersWait) return refuse("others-wait");
  if (facts.newDueAt <= facts.now) return refuse("too-late");
  return undefined;
}

const loanSeen = (tx: Transaction, loanId: string): Promise<Row | undefined> =>
  optional(
    tx,
    sql`
    select item_id as "itemId", branch_id as "branchId", person_id as "personId", card_id as "cardId",
           due_at as "dueAt", renewals, renewals_max as "renewalsMax", loan_days as "loanDays",
           returned_at is not null as returned
    from loan where id = ${loanId}`,
  );

/** Whether more readers wait for the title than copies on the shelves could serve. */
async function othersWait(tx: Transaction, item: Item, personId: string | null): Promise<boolean> {
  const { waiting, free } = await one<{ waiting: number; free: number }>(
    tx,
    sql`
    select (select count(*)::int from hold join record on record.id = hold.record_id
            where hold.state = 'WAITING' and hold.ended_at is null and record.title_id = mine.title_id
              and hold.person_id is distinct from ${personId}) as waiting,
           (select count(*)::int from ${freeCopies(sql`mine.title_id`)}) as free
    from record mine where mine.id = ${item.recordId}`,
  );
  return waiting > free;
}
