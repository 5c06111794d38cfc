import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Job } from "@lienthong/jobs/job.ts";
import { ItemChanged } from "@lienthong/proto/catalogue/v1/events.ts";
import { until } from "@lienthong/testing/until.ts";
import { lockItem } from "../availability/lock.ts";
import { onward } from "../holds/onward.ts";
import { endLoan } from "../loans/loan.ts";
import { endUnfillable, expireHolds, giveUp } from "../holds/expire.ts";
import { aLibrary, aTitle, given, inWords, moveRecord, reader, stateOf, whereIs } from "./library.ts";
import { aBorrowedBook, becomes, held, step } from "./waiting.ts";
import { aWorld, nextVersion, theService, type World } from "./world.ts";

let world: World;
before(async () => {
  world = await aWorld();
});
after(() => world.stop());

const runs = (job: Job<undefined>) => world.service.runs(job);

const asService = <Result>(work: (tx: Transaction) => Promise<Result>) =>
  world.service.database.transact(theService, work);

test("a cancelled hold's book goes to the next who waits, or home, never to where nobody comes for it", async () => {
  const [hanoi, hue, hcm] = [await aLibrary(world), await aLibrary(world), await aLibrary(world)];
  const title = await aTitle(world);
  const item = await hanoi.anItem({ of: title });
  const first = await held(world, await hue.aPatron(), title, hue);
  given(await hanoi.checksIn(item));
  const second = await held(world, await hcm.aPatron(), title, hcm);
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
  const { hold } = await held(world, await hue.aPatron(), item.title, hue);
  await becomes(world, hold.id, "TARGETED");
  const other = await reader(world, await hue.aPatron());
  await assert.rejects(other.cancels(hold), { kind: "not-found" });
  await assert.rejects(dalat.desk.cancelHold({ holdId: hold.id }), { kind: "not-found" });
  assert.equal((await hanoi.desk.cancelHold({ holdId: hold.id })).outcome?.$case, "hold");
});

test("a hold that was filled is over", async () => {
  const hue = await aLibrary(world);
  const item = await hue.anItem();
  const patron = await hue.aPatron();
  const { own, hold } = await held(world, patron, item.title, hue);
  given(await hue.checksOut(item, patron));
  assert.equal(inWords(await own.cancels(hold)), "already-over");
});

test("a hold whose reader does not come expires, and the book goes to the next", async () => {
  const hue = await aLibrary(world);
  const { title, item } = await aBorrowedBook(world, hue);
  const first = await held(world, await hue.aPatron(), title, hue);
  const second = await held(world, await hue.aPatron(), title, hue);
  given(await hue.checksIn(item));
  await runs(expireHolds);
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
  await runs(expireHolds);
  assert.deepEqual([await stateOf(world, first.hold.id), await stateOf(world, second.hold.id)], ["EXPIRED", "READY"]);
  assert.equal((await first.own.hold(first.hold.id))?.state, "HOLD_STATE_EXPIRED", "told for a while");
  await past();
  await runs(expireHolds);
  assert.equal(await whereIs(world, item), "AVAILABLE");
});

test("a hold that cannot be ended keeps no other from ending", async () => {
  const hue = await aLibrary(world);
  const stands = async () => {
    const { title, item } = await aBorrowedBook(world, hue);
    const { hold } = await held(world, await hue.aPatron(), title, hue);
    given(await hue.checksIn(item));
    await asService((tx) =>
      run(tx, sql`update hold set ready_until = now() - interval '1 second' where id = ${hold.id}`),
    );
    return hold;
  };
  const [broken, other] = [await stands(), await stands()];
  const setPickup = (branchId: string) =>
    asService((tx) => run(tx, sql`update hold set pickup_branch_id = ${branchId} where id = ${broken.id}`));
  await setPickup(randomUUID());
  await assert.rejects(runs(expireHolds), /1 of 2 steps failed/);
  assert.deepEqual([await stateOf(world, broken.id), await stateOf(world, other.id)], ["READY", "EXPIRED"]);
  await setPickup(hue.main.id);
  await runs(expireHolds);
  assert.equal(await stateOf(world, broken.id), "EXPIRED");
});

test("an item that is not found within an open day is left alone, until a scan finds it", async () => {
  const hue = await aLibrary(world);
  const item = await hue.anItem();
  const { hold } = await held(world, await hue.aPatron(), item.title, hue);
  await becomes(world, hold.id, "TARGETED");
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
  const { hold } = await held(world, await hue.aPatron(), item.title, hue);
  await becomes(world, hold.id, "TARGETED");
  await world.service.hears(ItemChanged, {
    ...{ id: item.id, version: nextVersion(), libraryId: hue.id, recordId: item.title.recordId, titleId: "" },
    ...{ barcode: item.barcode, callNumber: "", location: "", itemType: "book", forLoan: true, withdrawn: true },
    ...{ title: "Truyện Kiều", author: "" },
  });
  assert.equal(await stateOf(world, hold.id), "WAITING");
  assert.equal(await whereIs(world, item), "WITHDRAWN");
  await runs(endUnfillable);
  assert.equal(await stateOf(world, hold.id), "WAITING");
  await asService((tx) => run(tx, sql`update hold set placed_at = now() - interval '2 days' where id = ${hold.id}`));
  await runs(endUnfillable);
  assert.equal(await stateOf(world, hold.id), "UNFILLABLE");
  const told = (await world.service.announced()).filter((event) => event.aggregate === hold.id);
  assert.deepEqual(
    told.slice(-2).map((event) => event.type),
    ["HoldChanged", "HoldUnfilled"],
  );
});

test("titles merge: the queues become one, in order of placing; they split: each hold goes with its record", async () => {
  const hue = await aLibrary(world);
  const [kieu, twin] = [await aTitle(world), await aTitle(world)];
  const [one, other] = [await hue.anItem({ of: kieu }), await hue.anItem({ of: twin })];
  for (const item of [one, other]) given(await hue.checksOut(item, await hue.aPatron()));
  const early = await held(world, await hue.aPatron(), twin, hue);
  const late = await held(world, await hue.aPatron(), kieu, hue);
  assert.equal((await late.own.hold(late.hold.id))?.position, 1);

  await moveRecord(world, twin.recordId, kieu.id);
  assert.deepEqual(
    [(await early.own.hold(early.hold.id))?.position, (await late.own.hold(late.hold.id))?.position],
    [1, 2],
  );
  assert.equal((await early.own.hold(early.hold.id))?.titleId, kieu.id);
  const told = (await world.service.announced()).findLast((event) => event.aggregate === early.hold.id);
  assert.equal((told?.event as { titleId: string } | undefined)?.titleId, kieu.id);
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
  const { title } = await aBorrowedBook(world, hue);
  const { hold } = await held(world, await hue.aPatron(), title, hue);
  const twin = await aTitle(world);
  await hue.anItem({ of: twin });
  await moveRecord(world, twin.recordId, title.id);
  await becomes(world, hold.id, "TARGETED");
});

test("a reader cancels while a desk captures: whichever was first, the book lies where somebody gets it", async () => {
  const [hanoi, hue] = [await aLibrary(world), await aLibrary(world)];
  for (let round = 0; round < 12; round += 1) {
    const { title, item } = await aBorrowedBook(world, hanoi);
    const { own, hold } = await held(world, await hue.aPatron(), title, hue);
    const [, first, second] = await Promise.all([hanoi.checksIn(item), own.cancels(hold), own.cancels(hold)]);
    assert.deepEqual([given(first).state, given(second).state], ["HOLD_STATE_CANCELLED", "HOLD_STATE_CANCELLED"]);
    assert.match(await whereIs(world, item), new RegExp(`^(AVAILABLE|IN_TRANSIT ${hanoi.id})$`));
  }
});

test("a reader cancels at the very moment in which a copy is captured: the copy turns round", async () => {
  const [hanoi, hue] = [await aLibrary(world), await aLibrary(world)];
  const { title, item } = await aBorrowedBook(world, hanoi);
  const { own, hold } = await held(world, await hue.aPatron(), title, hue);
  const waiting = sql`
    select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  // The capture is held open until the cancelling, which has seen a hold without an item, waits for it.
  const cancelling = await asService(async (tx) => {
    const locked = await lockItem(tx, item.id);
    assert.ok(locked);
    await endLoan(tx, item.id);
    assert.equal((await onward(tx, locked, { ...hanoi.main, name: "" })).step, "SEND");
    const asked = own.cancels(hold);
    await until(
      () => world.rows(theService, waiting),
      (found) => found.length > 0,
    );
    return { asked };
  });
  assert.equal(given(await cancelling.asked).state, "HOLD_STATE_CANCELLED");
  assert.equal(await whereIs(world, item), `IN_TRANSIT ${hanoi.id}`);
});
