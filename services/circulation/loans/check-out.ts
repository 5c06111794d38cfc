import { acrossLibraries } from "@lienthong/database/across-libraries.ts";
import { one, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { CheckOutRequest, CheckOutResponse, Choice, Loan } from "@lienthong/proto/circulation/v1/service.ts";
import { PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { answered, isRefusal, outcome, type Refusal, refused, refusals } from "@lienthong/rpc/refusal.ts";
import { anIdOrNone, ownLibrary, scannedText } from "../asked.ts";
import { type Item, takeItem } from "../availability/lock.ts";
import { itemsScanned, type Scan, scanOf } from "../availability/scan.ts";
import { setAvailability } from "../availability/set.ts";
import { holdsServed, settleHolds } from "../holds/fill.ts";
import { branchHere } from "../libraries/branch.ts";
import { calendarOf } from "../libraries/calendar.ts";
import { dueAt } from "../libraries/open-days.ts";
import { type CardHolder, hasLongOverdue, lockPatron } from "../patrons/patron.ts";
import { nameOf } from "../patrons/words.ts";
import { type Rules, rulesInForce } from "../policies/policy.ts";
import { changeLoan, showLoans } from "./loan.ts";

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
  const [scanned] = items;
  if (!scanned) return refuse("item-unknown");
  const itemId = scanned.id;
  // Many desks may want one item: who comes late is told so at once, and keeps nobody waiting at its lock. Who waited at it
  // is told as soon.
  const early = scanned.lent ? await alreadyOut(tx, itemId, ask.holder) : undefined;
  if (early) return early;
  const taken = await takeItem(tx, itemId);
  if (!taken) return refuse("item-unknown");
  const late = taken.state === "ON_LOAN" ? await alreadyOut(tx, itemId, ask.holder) : undefined;
  if (late) return late;
  // The card, the holds on the title and what the reader has kept too long may be any library's: hence the service.
  const { served, found } = await acrossLibraries(tx, async () => {
    await lockPatron(tx, ask.holder);
    const served = await holdsServed(tx, itemId, ask.holder.personId);
    return { served, found: await look(tx, { libraryId, itemId, holder: ask.holder }) };
  });
  const refusal = mayBorrow({
    item: { state: found.state, forLoan: found.mayLeave, dueAt: found.dueAt },
    patron: { blocked: found.blocked },
    rules: found,
    loa: ask.holder.loa,
    keptForAnother: served.keptForAnother,
    openLoans: found.openLoans,
  });
  if (refusal) return refusal;

  const here = await branchHere(tx, libraryId, ask.branchId);
  const due = dueAt(tx.now, found.loanDays, await calendarOf(tx, here.id));
  const loan = await changeLoan(
    tx,
    sql`
    insert into loan (library_id, owner_library_id, branch_id, item_id, person_id, card_id, category, policy_id, loan_days,
                      renewals_max, due_at)
    values (${libraryId}, ${found.ownerId}, ${here.id}, ${itemId}, ${ask.holder.personId}, ${ask.holder.cardId},
            ${found.category}, ${found.policyId}, ${found.loanDays}, ${found.renewals}, ${due})`,
  );
  await settleHolds(tx, itemId, served);
  await setAvailability(tx, itemId, { state: "ON_LOAN", at: here, dueAt: due });
  return loan;
}

type Found = Rules & {
  ownerId: string;
  state: Item["state"];
  dueAt: Date | null;
  /** As the item is described; the rules may still keep it in the house. */
  mayLeave: boolean;
  category: string;
  blocked: boolean;
  openLoans: number;
};

/** What the rule asks, read under the locks of item, card and holds. A library without rules is a fault of its setting up. */
const look = (
  tx: Transaction,
  { libraryId, itemId, holder }: { libraryId: string; itemId: string; holder: CardHolder },
) =>
  one<Found>(
    tx,
    sql`
    select item.library_id as "ownerId", item.for_loan and not item.withdrawn as "mayLeave", item_state.state,
           item_state.due_at as "dueAt", patron.category,
           patron.state <> 'ACTIVE' or ${hasLongOverdue(holder.personId)} as blocked,
           (select count(*)::int from loan where library_id = ${libraryId} and person_id = ${holder.personId}
              and returned_at is null) as "openLoans",
           rules.*
    from item
    join item_state on item_state.item_id = item.id
    cross join patron
    cross join lateral (${rulesInForce(sql`${libraryId}`, sql`patron.category`, sql`item.item_type`)}) rules
    where item.id = ${itemId} and patron.id = ${holder.cardId}`,
  );

export type Facts = {
  item: Pick<Item, "state" | "forLoan" | "dueAt">;
  patron: { blocked: boolean };
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
  if (item.state === "ON_LOAN") return refuse("item-on-loan", { dueAt: inWords(item.dueAt) });
  if (facts.keptForAnother) return refuse("item-held-for-another");
  if (item.state === "IN_TRANSIT") return refuse("item-in-transit");
  if (!item.forLoan || !rules.forLoan) return refuse("item-not-for-loan");
  if (facts.patron.blocked) return refuse("patron-blocked");
  if (facts.loa < loaForHome) return refuse("assurance-too-low", { needed: String(loaForHome) });
  if (facts.openLoans >= rules.loanLimit) return refuse("loan-limit-reached", { limit: String(rules.loanLimit) });
  return undefined;
}

/** What is said of an item that is out: scanned twice for the same patron it is the same loan. */
async function alreadyOut(tx: Transaction, itemId: string, holder: CardHolder): Promise<Loan | Refusal | undefined> {
  const [out] = await showLoans(tx, sql`loan.item_id = ${itemId} and loan.returned_at is null`);
  if (!out || out.personId === holder.personId) return out;
  return refuse("item-on-loan", { dueAt: inWords(out.dueAt) });
}

const inWords = (date: Date | null | undefined) => date?.toISOString() ?? "";
