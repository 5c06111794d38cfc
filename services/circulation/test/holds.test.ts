import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { run, sql } from "@lienthong/database/transaction.ts";
import { ItemChanged } from "@lienthong/proto/catalogue/v1/events.ts";
import { until } from "@lienthong/testing/until.ts";
import { endNextUnfillable, expireNext, giveUp } from "../holds/expire.ts";
import {
  aLibrary,
  aTitle,
  given,
  inWords,
  type Item,
  type Library,
  moveRecord,
  type Patron,
  reader,
  stateOf,
  type Title,
  whereIs,
} from "./library.ts";
import { aWorld, nextVersion, theService, type World } from "./world.ts";

let world: World;
before(async () => {
  world = await aWorld();
});
after(() => world.stop());

const announcedOf = async (id: string) =>
  (await world.service.announced()).filter((event) => event.aggregate === id).map((event) => event.type);
const becomes = (holdId: string, state: string) =>
  until(
    () => stateOf(world, holdId),
    (now) => now === state,
  );
const asService = (work: Parameters<World["service"]["database"]["transact"]>[1]) =>
  world.service.database.transact(theService, work);
const step = (answer: object) =>
  "step" in answer ? String(answer.step).replace("CHECK_IN_STEP_", "") : inWords(answer);

async function held(patron: Patron, title: Title, at: Library) {
  const own = await reader(world, patron);
  const hold = given(await own.holds(title, at.main));
  return { own, hold };
}

/** A title of which somebody has the only copy. */
async function aBorrowedBook(library: Library): Promise<{ title: Title; item: Item }> {
  const title = await aTitle(world);
  const item = await library.anItem({ of: title });
  given(await library.checksOut(item, await library.aPatron()));
  return { title, item };
}

test("a hold is fetched, travels, stands ready, is borrowed, and the returned book goes to the next reader", async () => {
  const [hanoi, hue] = [await aLibrary(world, { province: "01" }), await aLibrary(world)];
  const title = await aTitle(world);
  const item = await hanoi.anItem({ of: title });
  const [an, binh] = [await hue.aPatron(), await hanoi.aPatron()];
  const first = await held(an, title, hue);
  assert.equal(first.hold.pickupLibraryName, hue.name);
  await becomes(first.hold.id, "TARGETED");
  const second = await held(binh, title, hanoi);
  assert.equal(second.hold.position, 2);

  const list = await hanoi.desk.pickList({ libraryId: "", after: "" });
  assert.deepEqual(
    list.rows.map((row) => [row.holdId, row.item?.barcode, row.pickupLibraryName]),
    [[first.hold.id, item.barcode, hue.name]],
  );
  assert.equal(list.rows[0]?.holdId, first.hold.id);
  assert.deepEqual((await hue.desk.pickList({ libraryId: "", after: "" })).rows, []);

  const captured = given(await hanoi.checksIn(item));
  assert.equal(step(captured), "SEND");
  assert.ok("toBranchId" in captured && captured.toBranchId === hue.main.id && captured.toLibraryName === hue.name);
  assert.equal(await whereIs(world, item), `IN_TRANSIT ${hue.id}`);
  const [leaving, arriving] = [await hanoi.desk.listTransits({}), await hue.desk.listTransits({})];
  assert.deepEqual([leaving.leaving.length, arriving.arriving[0]?.item?.id], [1, item.id]);
  assert.equal(arriving.arriving[0]?.forHold, true);

  const arrived = given(await hue.receives(item));
  assert.equal(step(arrived), "HOLD_SHELF");
  assert.equal((await first.own.hold(first.hold.id))?.state, "HOLD_STATE_READY");
  assert.deepEqual(
    (await hue.desk.holdShelf({ branchId: "" })).holds.map((hold) => hold.barcode),
    [item.barcode],
  );
  const ready = (await world.service.announced()).find(
    (event) => event.type === "HoldReady" && event.aggregate === first.hold.id,
  );
  assert.equal((ready?.event as { personId: string }).personId, an.personId);

  assert.equal(inWords(await hue.checksOut(item, await hue.aPatron())), "item-held-for-another");
  assert.equal(inWords(await hue.checksOut(item, an)), "done");
  assert.equal(await stateOf(world, first.hold.id), "FILLED");
  assert.equal((await first.own.account()).loans[0]?.barcode, item.barcode);

  const back = given(await hue.checksIn(item));
  assert.ok("returned" in back && back.returned && back.toBranchId === hanoi.main.id && back.holdId === second.hold.id);
  assert.equal(step(given(await hanoi.receives(item))), "HOLD_SHELF");
  assert.equal(inWords(await hanoi.checksOut(item, binh)), "done");
  assert.equal(step(given(await hanoi.checksIn(item))), "SHELVE");
  assert.equal(await whereIs(world, item), "AVAILABLE");
  assert.deepEqual(await announcedOf(first.hold.id), [
    ...["HoldChanged", "HoldChanged", "HoldChanged", "HoldChanged", "HoldReady", "HoldChanged"],
  ]);
});

test("a hold is refused with the reason", async () => {
  const hue = await aLibrary(world);
  const title = await aTitle(world);
  const item = await hue.anItem({ of: title });
  const patron = await hue.aPatron();
  const own = await reader(world, patron);
  const nowhere = { id: randomUUID(), libraryId: hue.id };
  assert.equal(inWords(await own.holds(title, nowhere)), "pickup-unknown");
  assert.equal(inWords(await own.holds({ id: "u0", recordId: randomUUID() }, hue.main)), "title-unknown");
  const onTheSpot = await hue.anItem({ forLoan: false });
  assert.equal(inWords(await own.holds(onTheSpot.title, hue.main)), "no-item-can-serve");
  const reference = await hue.anItem({ itemType: "reference" });
  assert.equal(inWords(await own.holds(reference.title, hue.main)), "no-item-can-serve");
  const guest = await reader(world, await hue.aPatron({ loa: 0 }));
  assert.equal(inWords(await guest.holds(title, hue.main)), "assurance-too-low");
  given(await own.holds(title, hue.main));
  assert.equal(inWords(await own.holds(title, hue.main)), "already-held");
  const borrowed = await hue.anItem();
  given(await hue.checksOut(borrowed, patron));
  assert.equal(inWords(await own.holds(borrowed.title, hue.main)), "already-on-loan-to-you");
  for (let n = 0; n < 4; n += 1) given(await own.holds((await hue.anItem()).title, hue.main));
  assert.equal(inWords(await own.holds((await hue.anItem()).title, hue.main)), "hold-limit-reached");
  assert.equal(item.title.id, title.id);
});

test("one reader asks twice at once: one hold, and the same request again is the same hold", async () => {
  const hue = await aLibrary(world);
  const { title } = await hue.anItem();
  const own = await reader(world, await hue.aPatron());
  const answers = await Promise.all([own.holds(title, hue.main), own.holds(title, hue.main)]);
  assert.deepEqual(answers.map(inWords).sort(), ["already-held", "done"]);
  const other = await reader(world, await hue.aPatron());
  const requestId = randomUUID();
  const placed = given(await other.holds(title, hue.main, { requestId }));
  assert.equal(given(await other.holds(title, hue.main, { requestId })).id, placed.id);
});

test("two copies come back at once: two readers get one each", async () => {
  const hue = await aLibrary(world);
  for (let round = 0; round < 5; round += 1) {
    const { title, item } = await aBorrowedBook(hue);
    const other = await hue.anItem({ of: title });
    given(await hue.checksOut(other, await hue.aPatron()));
    const holds = [await held(await hue.aPatron(), title, hue), await held(await hue.aPatron(), title, hue)];
    await Promise.all([hue.checksIn(item), hue.checksIn(other)]);
    assert.deepEqual(await Promise.all(holds.map(({ hold }) => stateOf(world, hold.id))), ["READY", "READY"]);
  }
});

test("the copy is chosen near the reader: own library, commune, province, then any; the longest rested of equals", async () => {
  const far = await aLibrary(world, { province: "79" });
  const sameProvince = await aLibrary(world, { province: "46", commune: "19800" });
  const sameCommune = await aLibrary(world, { province: "46", commune: "19753" });
  const home = await aLibrary(world, { province: "46", commune: "19753" });
  const title = await aTitle(world);
  const copies: Item[] = [];
  for (const library of [far, sameProvince, sameCommune, home]) copies.push(await library.anItem({ of: title }));
  const restedLong = await far.anItem({ of: title });
  await asService((tx) =>
    run(
      tx,
      sql`
    update item_state set last_used_at = case when item_id = ${restedLong.id} then now() - interval '1 year' else now() end
    where item_id = any(${[...copies, restedLong].map((copy) => copy.id)}::uuid[])`,
    ),
  );
  const chosen: (string | undefined)[] = [];
  for (let n = 0; n < 5; n += 1) {
    const { hold } = await held(await home.aPatron(), title, home);
    await becomes(hold.id, "TARGETED");
    const [row] = await world.rows<{ item: string }>(
      theService,
      sql`select item_id as item from hold where id = ${hold.id}`,
    );
    chosen.push(row?.item);
  }
  const [first, second, third, fourth] = [...copies].reverse();
  assert.deepEqual(chosen, [first?.id, second?.id, third?.id, restedLong.id, fourth?.id]);
});

test("a book in a reader's hand goes before a pick list: who was to get it waits on, at their old place", async () => {
  const hue = await aLibrary(world);
  const item = await hue.anItem();
  const { own, hold } = await held(await hue.aPatron(), item.title, hue);
  await becomes(hold.id, "TARGETED");
  assert.equal(inWords(await hue.checksOut(item, await hue.aPatron())), "done");
  const waiting = await own.hold(hold.id);
  assert.deepEqual([waiting?.state, waiting?.position], ["HOLD_STATE_WAITING", 1]);
  assert.equal(step(given(await hue.checksIn(item))), "HOLD_SHELF");
});

test("a reader who finds a copy themselves waits no longer", async () => {
  const hue = await aLibrary(world);
  const item = await hue.anItem();
  const patron = await hue.aPatron();
  const { hold } = await held(patron, item.title, hue);
  given(await hue.checksOut(item, patron));
  assert.equal(await stateOf(world, hold.id), "FILLED");
});

test("a cancelled hold's book goes to the next who waits, or home, never to where nobody comes for it", async () => {
  const [hanoi, hue, hcm] = [await aLibrary(world), await aLibrary(world), await aLibrary(world)];
  const title = await aTitle(world);
  const item = await hanoi.anItem({ of: title });
  const first = await held(await hue.aPatron(), title, hue);
  given(await hanoi.checksIn(item));
  const second = await held(await hcm.aPatron(), title, hcm);
  assert.equal(await whereIs(world, item), `IN_TRANSIT ${hue.id}`);

  assert.equal(given(await first.own.cancels(first.hold)).state, "HOLD_STATE_CANCELLED");
  assert.equal(await stateOf(world, second.hold.id), "IN_TRANSIT");
  assert.equal(await whereIs(world, item), `IN_TRANSIT ${hcm.id}`);
  assert.equal(inWords(await hue.receives(item)), "item-unknown", "it is expected there no more");
  const astray = given(await hue.checksIn(item));
  assert.ok("items" in astray, "it came to where it was first sent: shown to choose");
  const sentOn = await hue.desk.checkIn({ barcode: "", itemId: item.id, branchId: "" });
  assert.equal(sentOn.outcome?.$case === "checkedIn" && sentOn.outcome.value.toBranchId, hcm.main.id);
  assert.equal(step(given(await hcm.receives(item))), "HOLD_SHELF");

  const cancelled = await hcm.desk.cancelHold({ holdId: second.hold.id });
  assert.equal(cancelled.outcome?.$case, "hold");
  assert.equal(await whereIs(world, item), `IN_TRANSIT ${hanoi.id}`);
  assert.equal(given(await second.own.cancels(second.hold)).state, "HOLD_STATE_CANCELLED", "twice is once");
  given(await hanoi.receives(item));
  assert.equal(await whereIs(world, item), "AVAILABLE");
});

test("only its reader and the desks that have a part in it cancel a hold", async () => {
  const [hanoi, hue, dalat] = [await aLibrary(world), await aLibrary(world), await aLibrary(world)];
  const item = await hanoi.anItem();
  const { hold } = await held(await hue.aPatron(), item.title, hue);
  await becomes(hold.id, "TARGETED");
  const other = await reader(world, await hue.aPatron());
  await assert.rejects(other.cancels(hold), { kind: "not-found" });
  await assert.rejects(dalat.desk.cancelHold({ holdId: hold.id }), { kind: "not-found" });
  assert.equal((await hanoi.desk.cancelHold({ holdId: hold.id })).outcome?.$case, "hold");
});

test("a hold that was filled is over", async () => {
  const hue = await aLibrary(world);
  const item = await hue.anItem();
  const patron = await hue.aPatron();
  const { own, hold } = await held(patron, item.title, hue);
  given(await hue.checksOut(item, patron));
  assert.equal(inWords(await own.cancels(hold)), "already-over");
});

test("only what was sent here is received, and only once", async () => {
  const [hanoi, hue] = [await aLibrary(world), await aLibrary(world)];
  const item = await hue.anItem();
  assert.equal(inWords(await hue.receives(item)), "not-expected-here");
  const onItsWay = await hanoi.anItem();
  await held(await hue.aPatron(), onItsWay.title, hue);
  given(await hanoi.checksIn(onItsWay));
  assert.equal(inWords(await hanoi.receives(onItsWay)), "not-expected-here");
  const answers = await Promise.all([hue.receives(onItsWay), hue.receives(onItsWay)]);
  assert.deepEqual(answers.map(inWords).sort(), ["done", "not-expected-here"]);
});

test("a hold travels between two branches of one library", async () => {
  const hue = await aLibrary(world, { branches: 2 });
  const [main, commune] = hue.branches;
  assert.ok(main && commune);
  const item = await hue.anItem();
  const own = await reader(world, await hue.aPatron());
  const hold = given(await own.holds(item.title, commune));
  const sent = given(await hue.checksIn(item, main));
  assert.ok("toBranchId" in sent && sent.toBranchId === commune.id);
  const stillThere = given(await hue.checksIn(item, main));
  assert.ok(
    "toBranchId" in stillThere && stillThere.toBranchId === commune.id,
    "scanned again where it was: send it on",
  );
  assert.equal(step(given(await hue.receives(item))), "HOLD_SHELF");
  assert.equal(await stateOf(world, hold.id), "READY");
});

test("a hold whose reader does not come expires, and the book goes to the next", async () => {
  const hue = await aLibrary(world);
  const { title, item } = await aBorrowedBook(hue);
  const first = await held(await hue.aPatron(), title, hue);
  const second = await held(await hue.aPatron(), title, hue);
  given(await hue.checksIn(item));
  await asService((tx) => expireNext(tx));
  assert.equal(await stateOf(world, first.hold.id), "READY", "not before its day is over");
  const past = () =>
    asService((tx) =>
      run(
        tx,
        sql`update hold set ready_until = now() - interval '1 second' where state = 'READY'
      and id = any(${[first.hold.id, second.hold.id]}::uuid[])`,
      ),
    );
  await past();
  assert.equal(await asService((tx) => expireNext(tx)), true);
  assert.deepEqual([await stateOf(world, first.hold.id), await stateOf(world, second.hold.id)], ["EXPIRED", "READY"]);
  assert.equal((await first.own.hold(first.hold.id))?.state, "HOLD_STATE_EXPIRED", "told for a while");
  await past();
  await asService((tx) => expireNext(tx));
  assert.equal(await whereIs(world, item), "AVAILABLE");
  assert.equal(await asService((tx) => expireNext(tx)), false);
});

test("an item that is not found within an open day is left alone, until a scan finds it", async () => {
  const hue = await aLibrary(world);
  const item = await hue.anItem();
  const { hold } = await held(await hue.aPatron(), item.title, hue);
  await becomes(hold.id, "TARGETED");
  await asService((tx) => giveUp(tx, item.id));
  assert.equal(await stateOf(world, hold.id), "TARGETED", "the day is not over");
  await asService(async (tx) => {
    await run(tx, sql`update hold set targeted_at = now() - interval '3 days' where id = ${hold.id}`);
    await giveUp(tx, item.id);
  });
  assert.equal(await stateOf(world, hold.id), "WAITING");
  assert.equal(step(given(await hue.checksIn(item))), "HOLD_SHELF");
});

test("a hold that no copy can serve any more ends after a day's grace", async () => {
  const hue = await aLibrary(world);
  const item = await hue.anItem();
  const { hold } = await held(await hue.aPatron(), item.title, hue);
  await becomes(hold.id, "TARGETED");
  await world.service.hears(ItemChanged, {
    ...{ id: item.id, version: nextVersion(), libraryId: hue.id, recordId: item.title.recordId, titleId: "" },
    ...{ barcode: item.barcode, callNumber: "", location: "", itemType: "book", forLoan: true, withdrawn: true },
    ...{ title: "Truyện Kiều", author: "" },
  });
  assert.equal(await stateOf(world, hold.id), "WAITING");
  assert.equal(await whereIs(world, item), "WITHDRAWN");
  while (await asService((tx) => endNextUnfillable(tx)));
  assert.equal(await stateOf(world, hold.id), "WAITING");
  await asService((tx) => run(tx, sql`update hold set placed_at = now() - interval '2 days' where id = ${hold.id}`));
  assert.equal(await asService((tx) => endNextUnfillable(tx)), true);
  assert.equal(await stateOf(world, hold.id), "UNFILLABLE");
});

test("titles merge: the queues become one, in order of placing; they split: each hold goes with its record", async () => {
  const hue = await aLibrary(world);
  const [kieu, twin] = [await aTitle(world), await aTitle(world)];
  const [one, other] = [await hue.anItem({ of: kieu }), await hue.anItem({ of: twin })];
  for (const item of [one, other]) given(await hue.checksOut(item, await hue.aPatron()));
  const early = await held(await hue.aPatron(), twin, hue);
  const late = await held(await hue.aPatron(), kieu, hue);
  assert.equal((await late.own.hold(late.hold.id))?.position, 1);

  await moveRecord(world, twin.recordId, kieu.id);
  assert.deepEqual(
    [(await early.own.hold(early.hold.id))?.position, (await late.own.hold(late.hold.id))?.position],
    [1, 2],
  );
  assert.equal((await early.own.hold(early.hold.id))?.titleId, kieu.id);
  const told = (await world.service.announced()).findLast((event) => event.aggregate === early.hold.id);
  assert.equal((told?.event as { titleId: string }).titleId, kieu.id);
  // Any copy of the merged title serves who came first.
  given(await hue.checksIn(one));
  assert.deepEqual([await stateOf(world, early.hold.id), await stateOf(world, late.hold.id)], ["READY", "WAITING"]);

  await moveRecord(world, twin.recordId, twin.id);
  assert.equal((await late.own.hold(late.hold.id))?.titleId, kieu.id);
  given(await hue.checksIn(other));
  assert.equal(await stateOf(world, late.hold.id), "WAITING", "the other title's copy is no longer for this queue");
  assert.equal(await stateOf(world, early.hold.id), "READY");
});

test("a merge gives who waits the other title's free copy", async () => {
  const hue = await aLibrary(world);
  const { title } = await aBorrowedBook(hue);
  const { hold } = await held(await hue.aPatron(), title, hue);
  const twin = await aTitle(world);
  await hue.anItem({ of: twin });
  await moveRecord(world, twin.recordId, title.id);
  await becomes(hold.id, "TARGETED");
});
