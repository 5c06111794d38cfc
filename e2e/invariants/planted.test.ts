import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answered } from "@lienthong/rpc/refusal.ts";
import { checkInvariants } from "../../deploy/invariants/check.ts";
import type { Where } from "../../deploy/invariants/evidence.ts";
import type { Invariant } from "../../deploy/invariants/invariant.ts";
import { whereAt } from "../../deploy/invariants/where.ts";
import { settled } from "../faults/settle.ts";
import { aStage, newRequest, type Stage, sure } from "../faults/stage.ts";
import { aFaultWorld, type FaultWorld } from "../faults/world.ts";
import type { ServiceName } from "../faults/service-process.ts";

let world: FaultWorld;
let stage: Stage;
let where: Where;

before(async () => {
  world = await aFaultWorld();
  stage = await aStage(world, { copies: 4 });
  const { circulation } = await world.as(stage.staff, stage.libraryId);
  const scanned = { itemId: "", branchId: stage.branchId };
  for (const [at, { number }] of stage.cards.entries())
    sure(
      answered(
        await circulation.checkOut({ ...scanned, barcode: stage.barcodes[at]!, cardNumber: number }, newRequest()),
      ),
    );
  await settled(world);
  for (const database of ["catalogue", "circulation"] as const) await world.rows(database, "create schema planted");
  const { postgresUrl, natsUrl, openSearchUrl, searchIndex, secrets } = world.where;
  const services = ["identity", "catalogue", "circulation", "gateway"];
  where = await whereAt({ postgresUrl, natsUrl, openSearchUrl, searchIndex, services }, secrets);
});
after(() => world?.close());

const found = async (id: Invariant["id"]) => (await checkInvariants(where, { only: [id], boundMs: 0 }))[0];

/** Breaks something past everything that guards it, sees it named, mends it, and sees it hold as it did before. */
function planted(
  title: string,
  id: Invariant["id"],
  database: ServiceName,
  steps: { breaks: string; mends: string; named: () => Promise<string[]> },
) {
  // Its number comes first: by it the list of promises finds the test that plays them.
  test(`${id}: ${title}`, async () => {
    assert.deepEqual((await found(id))?.first, []);
    await world.rows(database, steps.breaks);
    const named = await steps.named();
    const broken = await found(id);
    await world.rows(database, steps.mends);
    assert.deepEqual([broken?.count, broken?.first], [named.length, named]);
    assert.deepEqual((await found(id))?.first, []);
  });
}

const lent = "(select item_id from loan where returned_at is null order by id limit 1)";
const names = async (database: ServiceName, statement: string) =>
  (await world.rows<{ name: string }>(database, `select ${statement} as name`)).map(({ name }) => name);

planted("an item with two open loans is named", "I1", "circulation", {
  breaks: `drop index one_open_loan_per_item;
    insert into loan select (jsonb_populate_record(loan, jsonb_build_object('id', uuidv7()))).* from loan where item_id = ${lent}`,
  mends: `delete from loan where id = (select id from loan where item_id = ${lent} order by id desc limit 1);
    create unique index one_open_loan_per_item on loan (item_id) where returned_at is null`,
  named: () => names("circulation", lent),
});

planted("an item on loan that its state calls available is named", "I1", "circulation", {
  breaks: `create table planted.before as select * from item_state where item_id = ${lent};
    update item_state set state = 'AVAILABLE', at_library_id = null, at_branch_id = null, due_at = null where item_id = ${lent}`,
  mends: `update item_state set state = before.state, at_library_id = before.at_library_id, due_at = before.due_at,
      at_branch_id = before.at_branch_id from planted.before where before.item_id = item_state.item_id;
    drop table planted.before`,
  named: () => names("circulation", lent),
});

const heard = "(select event_id from inbox order by at desc, event_id limit 1)";

planted("an event that is in the inbox twice is named", "I3", "circulation", {
  breaks: `alter table inbox drop constraint inbox_pkey; insert into inbox select * from inbox where event_id = ${heard}`,
  mends: `delete from inbox where ctid = (select max(ctid) from inbox where event_id = ${heard});
    alter table inbox add primary key (consumer, event_id)`,
  named: () => names("circulation", `'circulation:' || ${heard}`),
});

planted("an event that was published and had no effect is named", "I3", "catalogue", {
  breaks: `create table planted.before as select * from inbox where event_id = ${heard};
    delete from inbox where event_id in (select event_id from planted.before)`,
  mends: "insert into inbox select * from planted.before; drop table planted.before",
  named: () => names("catalogue", "'circulation>catalogue:' || (select event_id from planted.before)"),
});

planted("an event that came with another body is named", "I3", "catalogue", {
  breaks: `create table planted.before as select * from inbox where event_id = ${heard};
    update inbox set body_hash = sha256('other') where event_id = ${heard}`,
  mends: `update inbox set body_hash = before.body_hash from planted.before where inbox.event_id = before.event_id;
    drop table planted.before`,
  named: () => names("catalogue", "'circulation>catalogue:' || (select event_id from planted.before)"),
});

planted("an effect of an event that was never heard is named", "I3", "circulation", {
  breaks: "create table letter (event_id uuid); insert into letter values (uuidv7()); grant select on letter to public",
  mends: "drop table letter",
  named: () => names("circulation", "'circulation:letter:' || (select event_id from letter)"),
});

const loanOf = "(select id from loan order by id limit 1)";

planted("a version that nobody was told of is named", "I4", "circulation", {
  breaks: `insert into outbox_archive (id, pos, shard, subject, aggregate, version, headers, payload, republished)
    select uuidv7(), -1, shard, subject, aggregate, version + 2, headers, payload, false from outbox_archive
    where aggregate = ${loanOf}::text order by version desc limit 1`,
  mends: "delete from outbox_archive where pos = -1",
  named: () => names("circulation", `'circulation:' || ${loanOf}`),
});

const copied = "(select item_id from item_state order by item_id limit 1)";

planted("a copy that has fallen behind its owner is named", "I4", "catalogue", {
  breaks: `update item_state set version = version - 1 where item_id = ${copied}`,
  mends: `update item_state set version = version + 1 where item_id = ${copied}`,
  named: () => names("catalogue", `'catalogue:item_state:' || ${copied}`),
});

planted("a row that changed without an event is named", "I7", "circulation", {
  breaks: `update loan set version = version + 1 where id = ${loanOf}`,
  mends: `update loan set version = version - 1 where id = ${loanOf}`,
  named: () => names("circulation", `'circulation:loan:' || ${loanOf}`),
});

planted("an event without a row is named, and that the bus has never carried it", "I7", "circulation", {
  breaks: `insert into outbox_archive (id, pos, shard, subject, aggregate, version, headers, payload, republished, published_at)
    select uuidv7(), -1, shard, subject, uuidv7()::text, version, headers, payload, false, now() - interval '10 minutes'
    from outbox_archive limit 1`,
  mends: "delete from outbox_archive where pos = -1",
  named: async () => [
    ...(await names("circulation", "'circulation:event:' || (select aggregate from outbox_archive where pos = -1)")),
    ...(await names("circulation", "'circulation:archive:' || (select id from outbox_archive where pos = -1)")),
  ],
});
