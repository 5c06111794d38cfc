import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { aLibrary, aTitle, given, inWords, type Item, reader, stateOf, whereIs } from "./library.ts";
import { becomes, held, step } from "./waiting.ts";
import { aWorld, theService, type World } from "./world.ts";

let world: World;
before(async () => {
  world = await aWorld();
});
after(() => world.stop());

const announcedOf = async (id: string) =>
  (await world.service.announced()).filter((event) => event.aggregate === id).map((event) => event.type);
const asService = <Result>(work: (tx: Transaction) => Promise<Result>) =>
  world.service.database.transact(theService, work);

test("a hold is fetched, travels, stands ready, is borrowed, and the returned book goes to the next reader", async () => {
  const [hanoi, hue] = [await aLibrary(world, { province: "01" }), await aLibrary(world)];
  const title = await aTitle(world);
  const item = await hanoi.anItem({ of: title });
  const [an, binh] = [await hue.aPatron(), await hanoi.aPatron()];
  const first = await held(world, an, title, hue);
  assert.equal(first.hold.pickupLibraryName, hue.name);
  await becomes(world, first.hold.id, "TARGETED");
  const second = await held(world, binh, title, hanoi);
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
  assert.equal((ready?.event as { personId: string } | undefined)?.personId, an.personId);

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

test("four copies come back at once: four readers get one each", async () => {
  const hue = await aLibrary(world);
  for (let round = 0; round < 8; round += 1) {
    const title = await aTitle(world);
    const items = await Promise.all([1, 2, 3, 4].map(() => hue.anItem({ of: title })));
    for (const item of items) given(await hue.checksOut(item, await hue.aPatron()));
    const holds = await Promise.all(items.map(async () => held(world, await hue.aPatron(), title, hue)));
    await Promise.all(items.map((item) => hue.checksIn(item)));
    const states = await Promise.all(holds.map(({ hold }) => stateOf(world, hold.id)));
    assert.deepEqual(states, ["READY", "READY", "READY", "READY"]);
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
  const another = await far.anItem({ of: title });
  // The nearer, the shorter rested: nearness goes first, and rest decides among equals only, before their ids do.
  const [restedShort, restedLong] = [copies.shift(), another].sort((a, b) => ((a?.id ?? "") < (b?.id ?? "") ? -1 : 1));
  assert.ok(restedShort && restedLong);
  const inUse = [
    { id: restedShort.id, days: 50 },
    { id: restedLong.id, days: 365 },
    ...copies.map((copy, n) => ({ id: copy.id, days: 10 - n })),
  ];
  for (const { id, days } of inUse) {
    await asService((tx) =>
      run(tx, sql`update item_state set last_used_at = now() - ${days} * interval '1 day' where item_id = ${id}`),
    );
  }
  const chosen: (string | undefined)[] = [];
  for (let n = 0; n < 5; n += 1) {
    const { hold } = await held(world, await home.aPatron(), title, home);
    await becomes(world, hold.id, "TARGETED");
    const [row] = await world.rows<{ item: string }>(
      theService,
      sql`select item_id as item from hold where id = ${hold.id}`,
    );
    chosen.push(row?.item);
  }
  const [first, second, third] = [...copies].reverse();
  assert.deepEqual(chosen, [first?.id, second?.id, third?.id, restedLong.id, restedShort.id]);
});

test("a book in a reader's hand goes before a pick list: who was to get it waits on, at their old place", async () => {
  const hue = await aLibrary(world);
  const item = await hue.anItem();
  const { own, hold } = await held(world, await hue.aPatron(), item.title, hue);
  await becomes(world, hold.id, "TARGETED");
  assert.equal(inWords(await hue.checksOut(item, await hue.aPatron())), "done");
  const waiting = await own.hold(hold.id);
  assert.deepEqual([waiting?.state, waiting?.position], ["HOLD_STATE_WAITING", 1]);
  assert.equal(step(given(await hue.checksIn(item))), "HOLD_SHELF");
});

test("a reader who finds a copy themselves waits no longer", async () => {
  const hue = await aLibrary(world);
  const item = await hue.anItem();
  const patron = await hue.aPatron();
  const { hold } = await held(world, patron, item.title, hue);
  given(await hue.checksOut(item, patron));
  assert.equal(await stateOf(world, hold.id), "FILLED");
});

test("only what was sent here is received, and only once", async () => {
  const [hanoi, hue] = [await aLibrary(world), await aLibrary(world)];
  const item = await hue.anItem();
  assert.equal(inWords(await hue.receives(item)), "not-expected-here");
  const onItsWay = await hanoi.anItem();
  await held(world, await hue.aPatron(), onItsWay.title, hue);
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
