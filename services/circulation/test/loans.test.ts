import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { all, run, sql } from "@lienthong/database/transaction.ts";
import { CardChanged } from "@lienthong/proto/identity/v1/events.ts";
import { CardState, PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import { LoanState } from "@lienthong/proto/circulation/v1/states.ts";
import { isRefusal } from "@lienthong/rpc/refusal.ts";
import { until } from "@lienthong/testing/until.ts";
import { forgetSome } from "../accounts/forget-readers.ts";
import { dueAt } from "../libraries/open-days.ts";
import { aLibrary, aTitle, given, inWords, reader, whereIs } from "./library.ts";
import { aWorld, nextVersion, theService, type World } from "./world.ts";

let world: World;
before(async () => {
  world = await aWorld();
});
after(() => world.stop());

const everyDay = { closedWeekdays: new Set<number>(), closedDays: new Set<string>() };
const loanOf = (answer: object) => {
  const loan = given(answer);
  assert.ok("dueAt" in loan, "a loan, no choice");
  return loan as { id: string; dueAt: Date; title: string; renewals: number; renewalsLeft: number };
};
const eventsOf = async (id: string) =>
  (await world.service.announced()).filter((event) => event.aggregate === id).map((event) => event.type);

test("a patron borrows an item for as long as the library's rules say, and brings it back", async () => {
  const hue = await aLibrary(world);
  const item = await hue.anItem();
  const patron = await hue.aPatron();
  const loan = loanOf(await hue.checksOut(item, patron));
  assert.equal(loan.dueAt.getTime(), dueAt(new Date(), 14, everyDay).getTime());
  assert.equal(loan.title, "Truyện Kiều");
  assert.equal(await whereIs(world, item), `ON_LOAN ${hue.id}`);

  const back = given(await hue.checksIn(item));
  assert.ok("step" in back && back.returned && back.step === "CHECK_IN_STEP_SHELVE" && back.daysLate === 0);
  assert.equal(await whereIs(world, item), "AVAILABLE");
  assert.deepEqual(await eventsOf(loan.id), ["LoanChanged", "LoanChanged"]);
  assert.equal((await eventsOf(item.id)).length, 3, "made, lent, returned");
});

test("a reader who attaches their card to their account finds there what is out on it", async () => {
  const hue = await aLibrary(world);
  const patron = await hue.aPatron();
  const loan = loanOf(await hue.checksOut(await hue.anItem(), patron));
  const account = { ...patron, personId: randomUUID() as string };
  await world.service.hears(CardChanged, {
    ...{ id: patron.cardId, version: nextVersion(), libraryId: hue.id, personId: account.personId, loa: 2 },
    ...{ category: PatronCategory.ADULT, state: CardState.ACTIVE },
  });
  const { loans } = await (await reader(world, account)).account();
  assert.deepEqual(
    loans.map(({ id }) => id),
    [loan.id],
  );
});

test("an event of a loan says neither who nor what", async () => {
  const hue = await aLibrary(world);
  const patron = await hue.aPatron({ category: "SENIOR" });
  const item = await hue.anItem();
  const loan = loanOf(await hue.checksOut(item, patron));
  const told = (await world.service.announced()).find((event) => event.aggregate === loan.id);
  assert.deepEqual(told?.event, {
    ...{ id: loan.id, version: told?.version, libraryId: hue.id, patronCategory: "SENIOR", state: LoanState.OPEN },
    ...{ dueAt: loan.dueAt, renewals: 0 },
  });
});

test("two desks scan the same item at once: one loan, one refusal, one event, twenty times over", async () => {
  const hue = await aLibrary(world);
  for (let round = 0; round < 20; round += 1) {
    const item = await hue.anItem();
    const [lan, minh] = [await hue.aPatron(), await hue.aPatron()];
    const answers = await Promise.all([hue.checksOut(item, lan), hue.checksOut(item, minh)]);
    assert.deepEqual(answers.map(inWords).sort(), ["done", "item-on-loan"]);
    const loans = await world.rows<{ id: string }>(theService, sql`select id from loan where item_id = ${item.id}`);
    assert.equal(loans.length, 1);
    assert.deepEqual(await eventsOf(loans[0]?.id ?? ""), ["LoanChanged"]);
  }
});

test("the same reader at two desks with two books stays within the limit", async () => {
  const hue = await aLibrary(world);
  const patron = await hue.aPatron({ category: "CHILD" });
  const items = await Promise.all(Array.from({ length: 6 }, () => hue.anItem()));
  const answers = await Promise.all(items.map((item) => hue.checksOut(item, patron)));
  assert.equal(answers.filter((answer) => inWords(answer) === "done").length, 3);
  const refused = answers.filter(isRefusal).map((answer) => answer.refused);
  assert.deepEqual(refused[0]?.details, { limit: "3" });
  assert.ok(refused.every((refusal) => refusal.code === "circulation.check-out/loan-limit-reached"));
});

test("called twice with the same request, a check-out and a check-in answer the same and do nothing twice", async () => {
  const hue = await aLibrary(world);
  const item = await hue.anItem();
  const patron = await hue.aPatron();
  const requestId = randomUUID();
  const lent = await hue.checksOut(item, patron, { requestId });
  const repeated = await Promise.all([1, 2, 3].map(() => hue.checksOut(item, patron, { requestId })));
  for (const again of repeated) assert.deepEqual(again, lent);
  const returned = randomUUID();
  const back = await hue.checksIn(item, hue.main, { requestId: returned });
  assert.deepEqual(await hue.checksIn(item, hue.main, { requestId: returned }), back);
  // The lending, sent again by a slow scanner after the return, is not done again.
  assert.deepEqual(await hue.checksOut(item, patron, { requestId }), lent);
  assert.equal(await whereIs(world, item), "AVAILABLE");
});

test("the same reader scans again with another request: the same loan", async () => {
  const hue = await aLibrary(world);
  const item = await hue.anItem();
  const patron = await hue.aPatron();
  const loan = loanOf(await hue.checksOut(item, patron));
  assert.equal(loanOf(await hue.checksOut(item, patron)).id, loan.id);
});

test("a desk lends only what may leave the house, to whom it may be given", async () => {
  const hue = await aLibrary(world);
  const patron = await hue.aPatron();
  const code = async (item: { barcode: string }, borrower = patron) => inWords(await hue.checksOut(item, borrower));
  assert.equal(await code(await hue.anItem({ forLoan: false })), "item-not-for-loan");
  assert.equal(await code(await hue.anItem({ itemType: "reference" })), "item-not-for-loan");
  assert.equal(await code({ barcode: "NOWHERE" }), "item-unknown");
  assert.equal(await code(await hue.anItem({ withdrawn: true })), "item-unknown");
  assert.equal(await code(await hue.anItem(), await hue.aPatron({ loa: 1 })), "assurance-too-low");
  assert.equal(await code(await hue.anItem(), { ...patron, cardNumber: "T-nobody" }), "card-unknown");

  const blocked = await hue.aPatron();
  await world.service.hears(CardChanged, {
    ...{ id: blocked.cardId, version: nextVersion(), libraryId: hue.id, personId: blocked.personId, loa: 2 },
    ...{ category: PatronCategory.ADULT, state: CardState.BLOCKED },
  });
  assert.equal(await code(await hue.anItem(), blocked), "patron-blocked");
});

test("a book kept for more than sixty days bars its reader at every library until it is back", async () => {
  const [hue, hanoi] = [await aLibrary(world), await aLibrary(world)];
  const patron = await hue.aPatron();
  const kept = await hue.anItem();
  const loan = loanOf(await hue.checksOut(kept, patron));
  await world.service.database.transact(theService, (tx) =>
    run(tx, sql`update loan set due_at = now() - interval '61 days' where id = ${loan.id}`),
  );
  assert.equal(inWords(await hanoi.checksOut(await hanoi.anItem(), patron)), "patron-blocked");
  assert.equal(inWords(await (await reader(world, patron)).renews(loan)), "patron-blocked");
  const back = given(await hue.checksIn(kept));
  assert.equal("daysLate" in back && back.daysLate, 61);
  assert.equal(inWords(await hanoi.checksOut(await hanoi.anItem(), patron)), "done");
});

test("a barcode of one's own and the same one on a guest's book are shown to choose from", async () => {
  const [hue, hanoi] = [await aLibrary(world), await aLibrary(world)];
  const guest = await hanoi.anItem({ barcode: `SAME-${randomUUID().slice(0, 6)}` });
  const patron = await hue.aPatron();
  assert.equal(
    inWords(await hue.checksOut(guest, patron)),
    "item-unknown",
    "another library's barcode means nothing here",
  );

  const own = await hue.anItem({ barcode: guest.barcode });
  assert.equal(loanOf(await hue.checksOut(own, patron)).id.length, 36, "the own one alone needs no choice");
  await hue.checksIn(own);
  const hers = await reader(world, patron);
  given(await hers.holds(guest.title, hue.main));
  given(await hanoi.checksIn(guest));
  const answer = given(await hue.checksOut(own, patron));
  assert.ok("items" in answer);
  assert.deepEqual(
    answer.items.map((item) => item.id),
    [own.id, guest.id],
    "its own first, then what is expected here",
  );
  const chosen = await hue.desk.checkIn({ barcode: "", itemId: guest.id, branchId: "" });
  assert.equal(chosen.outcome?.$case === "checkedIn" && chosen.outcome.value.step, "CHECK_IN_STEP_HOLD_SHELF");
});

test("a book may be returned at any library: it is shown to choose, and travels home", async () => {
  const [hue, hanoi] = [await aLibrary(world), await aLibrary(world)];
  const item = await hue.anItem();
  const loan = loanOf(await hue.checksOut(item, await hue.aPatron()));
  const answer = given(await hanoi.checksIn(item));
  assert.ok("items" in answer && answer.items.length === 1 && answer.items[0]?.id === item.id);
  const back = await hanoi.desk.checkIn({ barcode: "", itemId: item.id, branchId: "" });
  assert.ok(back.outcome?.$case === "checkedIn");
  assert.deepEqual(
    [back.outcome.value.step, back.outcome.value.toBranchId, back.outcome.value.returned],
    ["CHECK_IN_STEP_SEND", hue.main.id, true],
  );
  assert.equal(await whereIs(world, item), `IN_TRANSIT ${hue.id}`);
  assert.equal((await eventsOf(loan.id)).length, 2);
  given(await hue.receives(item));
  assert.equal(await whereIs(world, item), "AVAILABLE");
});

test("a renewal counts from the due day, as often as the rules allow", async () => {
  const hue = await aLibrary(world);
  const patron = await hue.aPatron();
  const loan = loanOf(await hue.checksOut(await hue.anItem(), patron));
  const own = await reader(world, patron);
  const once = loanOf(await own.renews(loan));
  assert.equal(once.dueAt.getTime(), dueAt(loan.dueAt, 14, everyDay).getTime());
  const twice = await hue.desk.renew({ loanId: loan.id });
  assert.ok(twice.outcome?.$case === "loan" && twice.outcome.value.renewalsLeft === 0);
  assert.equal(inWords(await own.renews(loan)), "renewal-limit-reached");
});

test("two renewals at once count as two, and the third finds the limit", async () => {
  const hue = await aLibrary(world);
  const patron = await hue.aPatron();
  const loan = loanOf(await hue.checksOut(await hue.anItem(), patron));
  const own = await reader(world, patron);
  const answers = await Promise.all([own.renews(loan), own.renews(loan), own.renews(loan)]);
  assert.deepEqual(answers.map(inWords).sort(), ["done", "done", "renewal-limit-reached"]);
});

test("others wait: a renewal is refused, unless another copy can serve them", async () => {
  const hue = await aLibrary(world);
  const title = await aTitle(world);
  const borrowed = await hue.anItem({ of: title });
  const patron = await hue.aPatron();
  const loan = loanOf(await hue.checksOut(borrowed, patron));
  const waiting = await reader(world, await hue.aPatron());
  const hold = given(await waiting.holds(title, hue.main));
  const own = await reader(world, patron);
  assert.equal(inWords(await own.renews(loan)), "others-wait");
  await hue.anItem({ of: title });
  await until(
    async () => (await waiting.hold(hold.id))?.state,
    (state) => state === "HOLD_STATE_TARGETED",
  );
  assert.equal(inWords(await own.renews(loan)), "done");
});

test("another reader's loan is not there for a reader, nor for a desk that has no part in it", async () => {
  const [hue, hanoi] = [await aLibrary(world), await aLibrary(world)];
  const loan = loanOf(await hue.checksOut(await hue.anItem(), await hue.aPatron()));
  const other = await reader(world, await hue.aPatron());
  await assert.rejects(other.renews(loan), { kind: "not-found" });
  await assert.rejects(hanoi.desk.renew({ loanId: loan.id }), { kind: "not-found" });
  // Staff without a desk see their library's rows, and change no reader's.
  const cataloguer = await world.service.as({ personId: randomUUID(), roles: [`librarian.cataloguer@${hue.id}`] });
  await assert.rejects(cataloguer.renew({ loanId: loan.id }), { kind: "not-found" });
});

test("thirty days after the return nothing says any more who had the book", async () => {
  const hue = await aLibrary(world);
  const patron = await hue.aPatron();
  const [returned, open] = [await hue.anItem(), await hue.anItem()];
  const old = loanOf(await hue.checksOut(returned, patron));
  const kept = loanOf(await hue.checksOut(open, patron));
  await hue.checksIn(returned);
  await world.service.database.transact(theService, async (tx) => {
    await run(tx, sql`update loan set returned_at = now() - interval '31 days' where id = ${old.id}`);
    await forgetSome(tx);
    const left = await all<{ id: string }>(tx, sql`select id from loan where person_id = ${patron.personId}`);
    assert.deepEqual(left, [{ id: kept.id }]);
  });
});

test("what cannot be read is named by its field", async () => {
  const hue = await aLibrary(world);
  const bad = { kind: "bad-input" };
  await assert.rejects(hue.desk.checkOut({ cardNumber: "T1", barcode: "", itemId: "" }), bad);
  await assert.rejects(hue.desk.checkOut({ cardNumber: "", barcode: "B1", itemId: "" }), bad);
  await assert.rejects(hue.desk.checkIn({ barcode: "", itemId: "no id", branchId: "" }), bad);
  await assert.rejects(hue.desk.checkIn({ barcode: "B".repeat(1_000), itemId: "", branchId: "" }), bad);
  await assert.rejects(hue.desk.renew({ loanId: "1" }), bad);
  const item = await hue.anItem();
  const elsewhere = await aLibrary(world);
  await assert.rejects(hue.checksIn(item, elsewhere.main), { kind: "bad-input" }, "a branch of another library");
});
