import { one, optional, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { CheckOutRequest, CheckOutResponse, Choice, Loan } from "@lienthong/proto/circulation/v1/service.ts";
import { PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { answered, isRefusal, outcome, type Refusal, refused, refusals } from "@lienthong/rpc/refusal.ts";
import { anIdOrNone, ownLibrary, scannedText } from "../asked.ts";
import { type Item, lockItem } from "../availability/lock.ts";
import { itemsScanned, type Scan, scanOf } from "../availability/scan.ts";
import { setAvailability } from "../availability/set.ts";
import { holdsServed, settleHolds } from "../holds/fill.ts";
import { branchHere } from "../libraries/branch.ts";
import { calendarOf } from "../libraries/calendar.ts";
import { dueAt } from "../libraries/open-days.ts";
import { type CardHolder, lockPatron, type Patron } from "../patrons/patron.ts";
import { nameOf } from "../patrons/words.ts";
import { policyFor, type Rules } from "../policies/policy.ts";
import { showLoans, tellLoan } from "./loan.ts";

export const refuse = refusals("circulation.check-out", {
  "item-unknown": "No item of this library, and none that is held or expected here, has this barcode.",
  "item-on-loan": "The item is on loan to somebody else.",
  "item-in-transit": "The item is on its way between branches and has not been scanned as arrived.",
  "item-not-for-loan": "The item may be read in the library only.",
  "item-held-for-another": "The item is kept for another reader.",
  "patron-blocked": "The patron may not borrow at present.",
  "assurance-too-low": "The patron must be seen at a desk before they take anything home.",
  "loan-limit-reached": "The patron has as many loans as the library's rules allow.",
});

export const CheckOut = command<CheckOutRequest, CheckOutResponse>(async (ask, caller) => {
  const scan = scanOf(ask);
  const branchId = anIdOrNone("branch_id", ask.branchId);
  const cardNumber = scannedText("card_number", ask.cardNumber);
  // Another service is asked before the transaction, never in it.
  const card = answered(await caller.identity.resolveCard({ cardNumber }));
  if (isRefusal(card)) return refused(card);
  const holder = { ...card, category: nameOf(PatronCategory, card.category) };
  return caller.as(async (tx) => {
    const lent = await checkOut(tx, { scan, holder, branchId });
    return "choice" in lent
      ? { outcome: { $case: "choice", value: lent.choice } }
      : outcome(lent, "loan", (loan) => loan);
  });
});

export type CheckOut = { scan: Scan; holder: CardHolder; branchId: string | undefined };

/** Lends an item to a patron of any library until the day that the lending library's rules give. */
export async function checkOut(tx: Transaction, ask: CheckOut): Promise<Loan | { choice: Choice } | Refusal> {
  const libraryId = ownLibrary(tx.actor);
  const items = await itemsScanned(tx, ask.scan);
  if (items.length > 1) return { choice: { items } };
  const item = items[0] && (await lockItem(tx, items[0].id));
  if (!item) return refuse("item-unknown");
  const patron = await lockPatron(tx, ask.holder);

  const open = await openLoan(tx, item.id);
  // Scanned twice: the same loan.
  if (open?.personId === ask.holder.personId) return loanById(tx, open.id);
  const rules = await policyFor(tx, libraryId, patron.category, item.itemType);
  const served = await holdsServed(tx, item, ask.holder.personId);
  const facts: Facts = {
    item,
    patron,
    rules,
    loa: ask.holder.loa,
    keptForAnother: served.keptForAnother,
    openLoans: await countOpen(tx, libraryId, ask.holder.personId),
  };
  const refusal = mayBorrow(facts);
  if (refusal) return refusal;

  const here = await branchHere(tx, libraryId, ask.branchId);
  const due = dueAt(tx.now, rules.loanDays, await calendarOf(tx, here.id));
  const { id } = await one<{ id: string }>(
    tx,
    sql`
    insert into loan (library_id, owner_library_id, branch_id, item_id, person_id, card_id, category, policy_id, loan_days,
                      renewals_max, due_at)
    values (${libraryId}, ${item.libraryId}, ${here.id}, ${item.id}, ${ask.holder.personId}, ${patron.cardId},
            ${patron.category}, ${rules.policyId}, ${rules.loanDays}, ${rules.renewals}, ${due})
    returning id`,
  );
  await tellLoan(tx, id);
  await settleHolds(tx, item, served);
  await setAvailability(tx, item.id, { state: "ON_LOAN", at: here, dueAt: due });
  return loanById(tx, id);
}

export type Facts = {
  item: Pick<Item, "state" | "forLoan" | "dueAt">;
  patron: Pick<Patron, "blocked">;
  rules: Pick<Rules, "forLoan" | "loanLimit">;
  loa: number;
  /** On the hold shelf for somebody else. */
  keptForAnother: boolean;
  openLoans: number;
};

// Taking things home needs an identity that somebody has seen, at a desk or at the state's broker.
const loaForHome = 2;

/** The rule alone: the first reason why not, in the order a desk would say it. */
export function mayBorrow(facts: Facts): Refusal | undefined {
  const { item, rules } = facts;
  if (item.state === "ON_LOAN") return refuse("item-on-loan", { dueAt: item.dueAt?.toISOString() ?? "" });
  if (facts.keptForAnother) return refuse("item-held-for-another");
  if (item.state === "IN_TRANSIT") return refuse("item-in-transit");
  if (!item.forLoan || !rules.forLoan) return refuse("item-not-for-loan");
  if (facts.patron.blocked) return refuse("patron-blocked");
  if (facts.loa < loaForHome) return refuse("assurance-too-low", { needed: String(loaForHome) });
  if (facts.openLoans >= rules.loanLimit) return refuse("loan-limit-reached", { limit: String(rules.loanLimit) });
  return undefined;
}

const openLoan = (tx: Transaction, itemId: string) =>
  optional<{ id: string; personId: string }>(
    tx,
    sql`select id, person_id as "personId" from loan where item_id = ${itemId} and returned_at is null`,
  );

async function countOpen(tx: Transaction, libraryId: string, personId: string): Promise<number> {
  const { open } = await one<{ open: number }>(
    tx,
    sql`
    select count(*)::int as open from loan
    where library_id = ${libraryId} and person_id = ${personId} and returned_at is null`,
  );
  return open;
}

async function loanById(tx: Transaction, id: string): Promise<Loan> {
  const [loan] = await showLoans(tx, sql`loan.id = ${id}`);
  if (!loan) throw new Error(`Loan ${id} cannot be seen by the desk that made it`);
  return loan;
}
