import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { nobody, type Actor } from "@lienthong/auth/actor.ts";
import { run, sql, type Sql } from "@lienthong/database/transaction.ts";
import { CirculationServiceService } from "@lienthong/proto/circulation/v1/service.ts";
import { clientOf, openChannel } from "@lienthong/rpc/client.ts";
import { permissions } from "../permissions.ts";
import { aLibrary, given, type Item, type Library, type Patron, reader } from "./library.ts";
import { aWorld, deskOf, readerNamed, theService, type World } from "./world.ts";

let world: World;
let owner: Library;
let pickup: Library;
let stranger: Library;
let an: Patron;
let travelling: Item;
let lent: Item;
before(async () => {
  world = await aWorld();
  [owner, pickup, stranger] = [await aLibrary(world), await aLibrary(world), await aLibrary(world)];
  an = await pickup.aPatron();
  const own = await reader(world, an);
  // One item on its way to another library's reader, one lent by that library.
  travelling = await owner.anItem();
  given(await own.holds(travelling.title, pickup.main));
  given(await owner.checksIn(travelling));
  lent = await owner.anItem();
  given(await own.holds(lent.title, pickup.main));
  given(await owner.checksIn(lent));
  given(await pickup.receives(lent));
  given(await pickup.checksOut(lent, an));
});
after(() => world.stop());

const tables = {
  item: sql`select id from item`,
  item_state: sql`select item_id as id from item_state`,
  loan: sql`select id from loan`,
  hold: sql`select id from hold`,
  transit: sql`select id from transit`,
  patron: sql`select id from patron`,
};
const seenBy = async (actor: Actor) => {
  const counts = Object.entries(tables).map(async ([table, rows]) => [table, (await world.rows(actor, rows)).length]);
  return Object.fromEntries(await Promise.all(counts)) as Record<keyof typeof tables, number>;
};

test("rows are visible to the libraries that they name and to their person, whatever the code asks for", async () => {
  const nothing = { item: 0, item_state: 0, loan: 0, hold: 0, transit: 0, patron: 0 };
  assert.deepEqual(await seenBy(deskOf(owner.id)), { item: 2, item_state: 2, loan: 1, hold: 2, transit: 2, patron: 0 });
  assert.deepEqual(await seenBy(deskOf(pickup.id)), {
    item: 2,
    item_state: 2,
    loan: 1,
    hold: 2,
    transit: 2,
    patron: 1,
  });
  assert.deepEqual(await seenBy(readerNamed(an.personId)), { ...nothing, item: 2, loan: 1, hold: 2, patron: 1 });
  assert.deepEqual(await seenBy(deskOf(stranger.id)), nothing);
  assert.deepEqual(await seenBy(readerNamed(randomUUID())), nothing);
  assert.deepEqual(await seenBy(nobody), nothing);
});

test("a hold that waits is seen where it will be collected and by nobody who merely has a copy", async () => {
  const item = await owner.anItem();
  given(await owner.checksOut(item, await owner.aPatron()));
  const waiting = given(await (await reader(world, an)).holds(item.title, pickup.main));
  const seen = (actor: Actor) => world.rows(actor, sql`select id from hold where id = ${waiting.id}`);
  assert.equal((await seen(deskOf(pickup.id))).length, 1);
  assert.equal((await seen(deskOf(owner.id))).length, 0);
});

test("another library changes and makes no rows, even by hand", async () => {
  const by = (actor: Actor, statement: Sql) => world.service.database.transact(actor, (tx) => run(tx, statement));
  for (const actor of [deskOf(stranger.id), readerNamed(randomUUID()), nobody]) {
    assert.equal(await by(actor, sql`update loan set due_at = now()`), 0);
    assert.equal(await by(actor, sql`update hold set state = 'WAITING', item_id = null`), 0);
    assert.equal(await by(actor, sql`update item_state set version = version`), 0);
    assert.equal(await by(actor, sql`update transit set arrived_at = now()`), 0);
    assert.equal(await by(actor, sql`delete from patron`), 0);
    assert.equal(await by(actor, sql`delete from branch`), 0);
    assert.equal(await by(actor, sql`update policy set loan_limit = 99 where library_id = ${owner.id}`), 0);
  }
  const forged = sql`
    insert into policy (library_id, category, item_type, loan_limit, loan_days, renewals, hold_limit, for_loan, shelf_days)
    values (${owner.id}, '*', 'forged', 1, 1, 1, 1, true, 1)`;
  await assert.rejects(by(deskOf(stranger.id), forged), /row-level security/);
  const given = sql`
    insert into closed_day (branch_id, library_id, day) values (${owner.main.id}, ${owner.id}, '2030-02-02')`;
  await assert.rejects(by(deskOf(stranger.id), given), /row-level security/);
});

test("the database itself refuses a second open loan, journey or hold", async () => {
  const twice = (statement: Sql) => world.service.database.transact(theService, (tx) => run(tx, statement));
  await assert.rejects(
    twice(sql`
    insert into loan (library_id, owner_library_id, branch_id, item_id, person_id, category, policy_id, loan_days,
                      renewals_max, due_at)
    select library_id, owner_library_id, branch_id, item_id, ${randomUUID()}, category, policy_id, 1, 1, due_at from loan`),
    /one_open_loan_per_item/,
  );
  await assert.rejects(
    twice(sql`
    insert into transit (library_id, from_branch_id, to_library_id, to_branch_id, owner_library_id, item_id)
    select library_id, from_branch_id, to_library_id, to_branch_id, owner_library_id, item_id from transit
    where arrived_at is null`),
    /one_open_transit_per_item/,
  );
  await assert.rejects(
    twice(sql`
    insert into hold (library_id, pickup_branch_id, person_id, record_id, shown_title, shelf_days)
    select library_id, pickup_branch_id, person_id, record_id, '', 5 from hold where ended_at is null`),
    /one_live_hold_per_person_and_record/,
  );
});

test("lists of a desk are its own library's: nothing of them is seen elsewhere", async () => {
  assert.equal((await owner.desk.listTransits({})).leaving.length, 1);
  assert.equal((await pickup.desk.listTransits({})).arriving.length, 1);
  const elsewhere = await stranger.desk.listTransits({});
  assert.deepEqual([elsewhere.arriving, elsewhere.leaving], [[], []]);
  assert.deepEqual((await stranger.desk.holdShelf({ branchId: "" })).holds, []);
  const account = await stranger.desk.patronAccount({ personId: an.personId });
  assert.ok(account.outcome?.$case === "account");
  assert.deepEqual([account.outcome.value.loans, account.outcome.value.holds], [[], []]);
  const here = await pickup.desk.patronAccount({ personId: an.personId });
  assert.ok(here.outcome?.$case === "account");
  assert.deepEqual(
    [here.outcome.value.loans[0]?.barcode, here.outcome.value.loanLimit, here.outcome.value.category],
    [lent.barcode, 5, "ADULT"],
  );
  await assert.rejects(pickup.desk.pickList({ libraryId: owner.id, after: "" }), { kind: "not-found" });
  const unknown = await pickup.desk.patronAccount({ personId: randomUUID() });
  assert.equal(unknown.outcome?.$case, "refused");
});

test("every call refuses who has no token, the wrong role, or a role of another kind", async () => {
  const channel = openChannel(world.service.address);
  const wrong = [
    { client: clientOf(channel, CirculationServiceService, {}), kind: "no-token" },
    { client: await world.service.as({}), kind: "not-allowed" },
    { client: await world.service.as({ roles: [`librarian.cataloguer@${owner.id}`] }), kind: "not-allowed" },
    { client: await world.service.as({ roles: ["librarian.desk", "librarian.manager"] }), kind: "not-allowed" },
    { client: await world.service.as({ roles: ["ops", "agency.ministry"] }), kind: "not-allowed" },
  ];
  // Empty values are enough: who may not call is told so before anything is read.
  const ask = { libraryId: "", after: "", holdId: "", loanId: "", personId: "", branchId: "", barcode: "", itemId: "" };
  for (const call of Object.keys(CirculationServiceService)) {
    assert.ok(call in permissions, `${call} has a row`);
    for (const { client, kind } of wrong) {
      const calls = client as unknown as Record<string, (ask: object, context: object) => Promise<unknown>>;
      const made = async () =>
        calls[call]?.({ ...ask, cardNumber: "", titleId: "", recordId: "" }, { requestId: randomUUID() });
      await assert.rejects(made, { kind }, `${call}: ${kind}`);
    }
  }
  channel.close();
});

test("a desk's call for another library's matters finds nothing there", async () => {
  const { desk, manager } = stranger;
  await assert.rejects(desk.pickList({ libraryId: owner.id, after: "" }), { kind: "not-found" });
  await assert.rejects(manager.listPolicies({ libraryId: owner.id }), { kind: "not-found" });
  const [loan] = await world.rows<{ id: string }>(theService, sql`select id from loan`);
  const [hold] = await world.rows<{ id: string }>(theService, sql`select id from hold where ended_at is null`);
  await assert.rejects(desk.renew({ loanId: loan?.id ?? "" }), { kind: "not-found" });
  await assert.rejects(desk.cancelHold({ holdId: hold?.id ?? "" }), { kind: "not-found" });
  const item = await owner.anItem();
  const patron = await stranger.aPatron();
  const answers = [
    await desk.checkOut({ cardNumber: patron.cardNumber, barcode: "", itemId: item.id }),
    await desk.checkIn({ barcode: "", itemId: item.id, branchId: "" }),
    await desk.receiveTransit({ barcode: "", itemId: travelling.id, branchId: "" }),
  ];
  for (const { outcome } of answers) {
    assert.ok(outcome?.$case === "refused" && outcome.value.code.endsWith("/item-unknown"));
  }
});
