import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { run, sql } from "@lienthong/database/transaction.ts";
import type { Policy } from "@lienthong/proto/circulation/v1/service.ts";
import { dayOf, dueAt } from "../libraries/open-days.ts";
import { startPolicies } from "../policies/start-values.ts";
import { aLibrary, given, inWords, reader } from "./library.ts";
import { aWorld, theService, type World } from "./world.ts";

let world: World;
before(async () => {
  world = await aWorld();
});
after(() => world.stop());

const rules = (libraryId: string, fields: Partial<Policy> = {}): Policy => ({
  ...{ libraryId, category: "*", itemType: "*", loanLimit: 5, loanDays: 14, renewals: 2, holdLimit: 5, forLoan: true },
  shelfDays: 5,
  ...fields,
});
const everyDay = { closedWeekdays: new Set<number>(), closedDays: new Set<string>() };
const dayOfLoan = (answer: object) => {
  const loan = given(answer);
  assert.ok("dueAt" in loan && loan.dueAt instanceof Date);
  return dayOf(loan.dueAt);
};
const inDays = (days: number) => dayOf(dueAt(new Date(), days, everyDay));

test("a library begins with rules, and its manager changes them", async () => {
  const hue = await aLibrary(world);
  const { policies } = await hue.manager.listPolicies({ libraryId: hue.id });
  assert.equal(policies.length, startPolicies.length);
  assert.deepEqual(policies[0], rules(hue.id));
  const set = await hue.manager.setPolicy({ policy: rules(hue.id, { loanDays: 7 }) });
  assert.equal(set.outcome?.$case, "policy");
  assert.equal(dayOfLoan(await hue.checksOut(await hue.anItem(), await hue.aPatron())), inDays(7));
  const after = await hue.desk.listPolicies({ libraryId: "" });
  assert.equal(after.policies.length, startPolicies.length, "the old rules are no longer in force");
});

test("the most specific rules win, and what is read on the spot is so for everybody", async () => {
  const hue = await aLibrary(world);
  const set = (fields: Partial<Policy>) => hue.manager.setPolicy({ policy: rules(hue.id, fields) });
  await set({ itemType: "audio", loanDays: 3 });
  await set({ category: "CHILD", itemType: "audio", loanDays: 5 });
  const cases = [
    { category: "ADULT", itemType: "book", days: 14 },
    { category: "SENIOR", itemType: "book", days: 28 },
    { category: "ADULT", itemType: "audio", days: 3 },
    { category: "SENIOR", itemType: "audio", days: 3 },
    { category: "CHILD", itemType: "audio", days: 5 },
  ] as const;
  for (const { category, itemType, days } of cases) {
    const lent = await hue.checksOut(await hue.anItem({ itemType }), await hue.aPatron({ category }));
    assert.equal(dayOfLoan(lent), inDays(days), `${category} ${itemType}`);
  }
  const child = await hue.aPatron({ category: "CHILD" });
  assert.equal(inWords(await hue.checksOut(await hue.anItem({ itemType: "reference" }), child)), "item-not-for-loan");
});

test("a loan keeps the rules it began under", async () => {
  const hue = await aLibrary(world);
  const patron = await hue.aPatron();
  const loan = given(await hue.checksOut(await hue.anItem(), patron));
  assert.ok("renewalsLeft" in loan);
  await hue.manager.setPolicy({ policy: rules(hue.id, { renewals: 0, loanDays: 1 }) });
  const renewed = given(await (await reader(world, patron)).renews(loan));
  assert.equal(renewed.dueAt?.getTime(), dueAt(loan.dueAt ?? new Date(0), 14, everyDay).getTime());
});

test("a loan is due on a day on which the branch is open", async () => {
  const hue = await aLibrary(world);
  await world.service.database.transact(theService, (tx) =>
    run(
      tx,
      sql`
    insert into closed_day (branch_id, library_id, day)
    values (${hue.main.id}, ${hue.id}, ${inDays(14)}), (${hue.main.id}, ${hue.id}, ${inDays(15)})`,
    ),
  );
  assert.equal(dayOfLoan(await hue.checksOut(await hue.anItem(), await hue.aPatron())), inDays(16));
});

test("only the library's own manager sets rules, and wrong ones are named by their field", async () => {
  const [hue, hanoi] = [await aLibrary(world), await aLibrary(world)];
  await assert.rejects(hue.desk.setPolicy({ policy: rules(hue.id) }), { kind: "not-allowed" });
  await assert.rejects(hanoi.manager.setPolicy({ policy: rules(hue.id) }), { kind: "not-found" });
  await assert.rejects(hanoi.manager.listPolicies({ libraryId: hue.id }), { kind: "not-found" });
  const wrong: [Partial<Policy>, string][] = [
    [{ category: "KING" }, "policy.category"],
    [{ itemType: "Sách" }, "policy.item_type"],
    [{ loanDays: 0 }, "policy.loan_days"],
    [{ loanLimit: -1 }, "policy.loan_limit"],
    [{ renewals: 51 }, "policy.renewals"],
    [{ holdLimit: 1001 }, "policy.hold_limit"],
    [{ shelfDays: 0 }, "policy.shelf_days"],
  ];
  for (const [fields, field] of wrong) {
    await assert.rejects(hue.manager.setPolicy({ policy: rules(hue.id, fields) }), (fault: { fields: object[] }) => {
      assert.deepEqual(
        fault.fields.map((one) => (one as { field: string }).field),
        [field],
      );
      return true;
    });
  }
});

test("two managers at once leave one rule in force", async () => {
  const hue = await aLibrary(world);
  await Promise.all([3, 4, 5].map((loanDays) => hue.manager.setPolicy({ policy: rules(hue.id, { loanDays }) })));
  const { policies } = await hue.manager.listPolicies({ libraryId: hue.id });
  assert.equal(policies.filter((policy) => policy.category === "*" && policy.itemType === "*").length, 1);
});
