import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Policy, SetPolicyRequest, SetPolicyResponse } from "@lienthong/proto/circulation/v1/service.ts";
import { PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { badInput, type FieldProblem, notFound } from "@lienthong/rpc/fault.ts";
import { ownLibrary } from "../asked.ts";

export const SetPolicy = command<SetPolicyRequest, SetPolicyResponse>((ask, caller) => {
  const rules = ask.policy;
  if (!rules) throw badInput({ field: "policy", problem: "the rules to set are expected" });
  if (rules.libraryId !== caller.actor.libraryId) throw notFound("library");
  const problems = problemsOf(rules);
  if (problems.length > 0) throw badInput(...problems);
  return caller.as(async (tx) => ({ outcome: { $case: "policy", value: await setPolicy(tx, rules) } }));
});

/** Sets the rules of the caller's library for a category and a type from now on. Open loans keep those they began under. */
export async function setPolicy(tx: Transaction, rules: Policy): Promise<Policy> {
  const libraryId = ownLibrary(tx.actor);
  // Two managers at once would both end the same rules and then meet at the index; one waits here instead.
  await run(tx, sql`select pg_advisory_xact_lock(hashtextextended('policy of ' || ${libraryId}, 0))`);
  await run(
    tx,
    sql`
    update policy set ended_at = now()
    where library_id = ${libraryId} and category = ${rules.category} and item_type = ${rules.itemType}
      and ended_at is null`,
  );
  await run(
    tx,
    sql`
    insert into policy (library_id, category, item_type, loan_limit, loan_days, renewals, hold_limit, for_loan, shelf_days)
    values (${libraryId}, ${rules.category}, ${rules.itemType}, ${rules.loanLimit}, ${rules.loanDays}, ${rules.renewals},
            ${rules.holdLimit}, ${rules.forLoan}, ${rules.shelfDays})`,
  );
  return rules;
}

const categories = new Set(["*", ...Object.keys(PatronCategory)].filter((name) => !name.startsWith("UN")));
const itemTypeShape = /^(\*|[a-z][a-z0-9-]{0,39})$/;

/** What is wrong with rules, field by field. */
export function problemsOf(rules: Policy): FieldProblem[] {
  const between = (field: string, value: number, least: number, most: number): FieldProblem[] =>
    value >= least && value <= most ? [] : [{ field, problem: `${least} to ${most} is expected` }];
  return [
    ...(categories.has(rules.category)
      ? []
      : [{ field: "policy.category", problem: `one of ${[...categories].join(", ")} is expected` }]),
    ...(itemTypeShape.test(rules.itemType)
      ? []
      : [{ field: "policy.item_type", problem: "a type of items in small letters, or *, is expected" }]),
    ...between("policy.loan_limit", rules.loanLimit, 0, 1000),
    ...between("policy.loan_days", rules.loanDays, rules.forLoan ? 1 : 0, 366),
    ...between("policy.renewals", rules.renewals, 0, 50),
    ...between("policy.hold_limit", rules.holdLimit, 0, 1000),
    ...between("policy.shelf_days", rules.shelfDays, 1, 60),
  ];
}
