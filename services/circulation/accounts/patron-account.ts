import { sql, type Transaction } from "@lienthong/database/transaction.ts";
import type {
  PatronAccount as Account,
  PatronAccountRequest,
  PatronAccountResponse,
} from "@lienthong/proto/circulation/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { anId, ownLibrary } from "../asked.ts";
import { showHolds } from "../holds/show.ts";
import { showLoans } from "../loans/loan.ts";
import { standingOf } from "../patrons/patron.ts";
import { policyFor } from "../policies/policy.ts";

export const refuse = refusals("circulation.patron-account", {
  "patron-unknown": "No card of any library is known for this person.",
});

export const PatronAccount = query<PatronAccountRequest, PatronAccountResponse>((ask, caller) => {
  const personId = anId("person_id", ask.personId);
  return caller.as(async (tx) => outcome(await patronAccount(tx, personId), "account", (account) => account));
});

/**
 * A reader at the desk. A card of any library serves everywhere, so everybody who holds one is answered for; loans and
 * holds are those in which the desk's library has a part.
 */
async function patronAccount(tx: Transaction, personId: string): Promise<Account | Refusal> {
  const libraryId = ownLibrary(tx.actor);
  const standing = await standingOf(tx, personId, libraryId);
  if (!standing) return refuse("patron-unknown");
  return {
    personId,
    category: standing.category,
    blocked: standing.blocked,
    loanLimit: (await policyFor(tx, libraryId, standing.category, "*")).loanLimit,
    loans: await showLoans(tx, sql`loan.person_id = ${personId} and loan.returned_at is null`),
    holds: await showHolds(tx, sql`hold.person_id = ${personId} and hold.ended_at is null`),
  };
}
