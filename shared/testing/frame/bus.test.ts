import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { serviceActor } from "@lienthong/auth/actor.ts";
import { applyEvents } from "@lienthong/bus/apply.ts";
import { announce } from "@lienthong/bus/announce.ts";
import type { Bus } from "@lienthong/bus/connection.ts";
import { consumer } from "@lienthong/bus/consumer.ts";
import { deadLetters, replay } from "@lienthong/bus/dead-letter.ts";
import { ownerOf, subjectOf } from "@lienthong/bus/event.ts";
import { type Hearing, startHearing } from "@lienthong/bus/hear.ts";
import { reconcile } from "@lienthong/bus/reconcile.ts";
import { type Relay, startRelay } from "@lienthong/bus/relay.ts";
import { republish, retelling } from "@lienthong/bus/republish.ts";
import { declareStream } from "@lienthong/bus/stream.ts";
import { envelopeOf } from "@lienthong/bus/take.ts";
import { connectionString } from "@lienthong/database/address.ts";
import { type Database, openDatabase } from "@lienthong/database/database.ts";
import { all, one, run, sql } from "@lienthong/database/transaction.ts";
import { ItemAvailabilityChanged, LoanChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { LoanState } from "@lienthong/proto/circulation/v1/states.ts";
import { openLog } from "@lienthong/telemetry/log.ts";
import { headers } from "@nats-io/transport-node";
import pg from "pg";
import { aNatsServer, type NatsServer } from "../nats-server.ts";
import { type TestDatabase, testDatabase } from "../test-database.ts";
import { until } from "../until.ts";

const log = openLog("frame", process.env.LOG_LEVEL ?? "silent");
let nats: NatsServer;
let made: TestDatabase[];
let circulation: { database: Database; bus: Bus; relay: Relay };
let catalogue: { database: Database; bus: Bus };
let hearing: Hearing;
let failing = false;
let applied = 0;

// The state of what was heard is kept in the counters' table: value is the number of renewals that the loan says.
const onLoanChanged = consumer(LoanChanged, async (tx, loan) => {
  if (failing) throw new Error("this consumer fails");
  applied += 1;
  await run(
    tx,
    sql`
    insert into counter (id, version, library_id, value) values (${loan.id}, ${loan.version}, ${loan.libraryId}, ${loan.renewals})
    on conflict (id) do update set version = excluded.version, value = excluded.value
    where counter.version <= excluded.version`,
  );
});

before(async () => {
  nats = await aNatsServer();
  made = await Promise.all(["owner", "hearer"].map(() => testDatabase("frame", import.meta.dirname)));
  const [first, second] = made.map((database) => openDatabase(database.app, () => {}));
  assert(first && second);
  const bus = await nats.connect("circulation");
  await declareStream(bus, 2 ** 30);
  circulation = { database: first, bus, relay: startRelay(first, bus, log) };
  catalogue = { database: second, bus: await nats.connect("catalogue") };
  hearing = startHearing(catalogue.database, catalogue.bus, [onLoanChanged], log);
});
after(async () => {
  await hearing.stop();
  await circulation.relay.stop();
  for (const { bus, database } of [circulation, catalogue]) {
    await bus.connection.close();
    await database.close();
  }
  await nats.close();
  for (const database of made) await database.drop();
});
beforeEach(() => {
  failing = false;
  applied = 0;
});

const loan = (id: string, version: bigint, renewals: number): LoanChanged => ({
  id,
  version,
  libraryId: "VN-000001P",
  patronCategory: "ADULT",
  state: LoanState.OPEN,
  dueAt: new Date("2026-12-01T16:59:59Z"),
  renewals,
});
/** Changes a loan as a command would: row, version and event in one transaction. */
async function renew(id = randomUUID() as string): Promise<LoanChanged> {
  return circulation.database.transact(serviceActor("circulation"), async (tx) => {
    const row = await one<{ version: bigint; value: number }>(
      tx,
      sql`
      insert into counter (id, library_id, value) values (${id}, 'VN-000001P', 1)
      on conflict (id) do update set version = next_version(counter.version), value = counter.value + 1
      returning version, value`,
    );
    const event = loan(id, row.version, row.value);
    announce(tx, LoanChanged, event);
    return event;
  });
}
const heard = (id: string) =>
  catalogue.database.transact(serviceActor("catalogue"), (tx) =>
    all<{ version: bigint; value: number }>(tx, sql`select version, value from counter where id = ${id}`),
  );
const heardAs = (event: LoanChanged) =>
  until(
    () => heard(event.id),
    ([row]) => row?.version === event.version && row.value === event.renewals,
  );
const waiting = () => circulation.database.frame.query("select from outbox").then((result) => result.rowCount ?? 0);

test("an event's name is its subject and its owner", () => {
  assert.equal(subjectOf(LoanChanged), "lt.circulation.loan.changed.v1");
  assert.equal(subjectOf(ItemAvailabilityChanged), "lt.circulation.item-availability.changed.v1");
  assert.equal(ownerOf(LoanChanged), "circulation");
});

test("what a command announces is heard by another service, in the order of its versions", async () => {
  const id = randomUUID();
  let last = await renew(id);
  for (let n = 0; n < 20; n += 1) last = await renew(id);
  await heardAs(last);
  assert.equal(last.renewals, 21);
  await until(waiting, (rows) => rows === 0);
});

test("what did not commit is never heard", async () => {
  const id = randomUUID();
  await assert.rejects(
    circulation.database.transact(serviceActor("circulation"), async (tx) => {
      announce(tx, LoanChanged, loan(id, 2n ** 40n + 1n, 1));
      throw new Error("no");
    }),
  );
  await heardAs(await renew());
  assert.deepEqual(await heard(id), []);
});

test("a batch of which a part was published before is published once", async () => {
  const before = await renew();
  await heardAs(before);
  await circulation.relay.stop();
  // As after a kill between the bus's acknowledgement and the archive: published rows stand in the outbox again.
  await circulation.database.frame.query(`
    with back as (delete from outbox_archive returning *)
    insert into outbox (id, shard, subject, aggregate, version, headers, payload, republished)
    select id, shard, subject, aggregate, version, headers, payload, true from back order by pos`);
  const after = await renew();
  circulation.relay = startRelay(circulation.database, circulation.bus, log);
  await heardAs(after);
  await until(waiting, (rows) => rows === 0);
  const { rows } = await catalogue.database.frame.query(
    "select event_id from inbox group by event_id having count(*) > 1",
  );
  assert.deepEqual(rows, []);
});

test("an older event that comes after a newer one, and one that comes again, change nothing", async () => {
  const id = randomUUID();
  const first = await renew(id);
  const second = await renew(id);
  await heardAs(second);
  const count = applied;
  const { rows } = await circulation.database.frame.query(
    "select id, payload from outbox_archive where aggregate = $1 order by pos",
    [id],
  );
  const publish = (eventId: string, event: LoanChanged, payload: Uint8Array) => {
    const envelope = headers();
    const attributes = {
      "ce-id": eventId,
      "ce-type": LoanChanged.$type,
      "ce-subject": id,
      version: String(event.version),
    };
    for (const [name, value] of Object.entries(attributes)) envelope.set(name, value);
    return circulation.bus.publish.publish(subjectOf(LoanChanged), payload, { headers: envelope });
  };
  await publish(rows[0].id, first, rows[0].payload);
  await publish(randomUUID(), first, rows[0].payload);
  // The same id with another body is an alarm and is not applied.
  await publish(rows[1].id, second, LoanChanged.encode({ ...second, renewals: 99 }).finish());
  await heardAs(await renew());
  assert.deepEqual(await heard(id), [{ version: second.version, value: 2 }]);
  assert.equal(applied, count + 2, "of the three only the old one under a new id came as far as the consumer");
});

test("what cannot be read is set aside, and others go on", async () => {
  const id = randomUUID();
  const envelope = headers();
  for (const [name, value] of Object.entries({
    "ce-id": id,
    "ce-type": LoanChanged.$type,
    "ce-subject": id,
    version: "1",
  }))
    envelope.set(name, value);
  await circulation.bus.publish.publish(subjectOf(LoanChanged), "\xff\xff not a message", { headers: envelope });
  await circulation.bus.publish.publish("lt.circulation.loan.changed.v1", "no envelope at all");
  await circulation.bus.publish.publish("lt.circulation.newer.invented.v1", "x", {
    headers: (() => {
      const newer = headers();
      newer.set("ce-id", randomUUID());
      newer.set("ce-type", "lienthong.circulation.v1.NewerInvented");
      return newer;
    })(),
  });
  await heardAs(await renew());
  const letters = await until(
    () => deadLetters(catalogue.database, "catalogue"),
    (all) => all.length === 2,
  );
  assert.match(letters[0]?.error ?? "", /cannot be read/);
});

test("an event whose consumer fails is kept and can be replayed once the cause is mended", async () => {
  const event = await renew();
  await heardAs(event);
  const { rows } = await circulation.database.frame.query(
    "select id, headers, payload from outbox_archive where aggregate = $1",
    [event.id],
  );
  const later = randomUUID();
  await catalogue.database.frame.query(
    "insert into dead_letter (consumer, event_id, subject, headers, payload, error) values ('catalogue', $1, $2, $3, $4, 'it failed')",
    [
      later,
      subjectOf(LoanChanged),
      { ...rows[0].headers, "ce-subject": event.id, version: String(event.version) },
      rows[0].payload,
    ],
  );
  const before = applied;
  const letter = (await deadLetters(catalogue.database, "catalogue")).find((one) => one.eventId === later);
  assert(letter);
  failing = true;
  await assert.rejects(replay(catalogue.database, "catalogue", [onLoanChanged], letter.id, log), /this consumer fails/);
  failing = false;
  await replay(catalogue.database, "catalogue", [onLoanChanged], letter.id, log);
  assert.equal(applied, before + 1);
  assert.ok(!(await deadLetters(catalogue.database, "catalogue")).some((one) => one.id === letter.id));
});

test("a consumer killed between its effect and the acknowledgement does nothing twice", async () => {
  await hearing.stop();
  const event = await renew();
  await until(waiting, (rows) => rows === 0);
  const effects = consumer(LoanChanged, async (tx, loan) => {
    await run(
      tx,
      sql`
      insert into counter (id, library_id, value) values (${loan.id}, ${loan.libraryId}, 1)
      on conflict (id) do update set value = counter.value + 1`,
    );
  });
  // The effect commits, and the process is gone before the bus hears of it: the event comes again.
  const durable = await catalogue.bus.publish.consumers.get("CIRCULATION", "catalogue");
  const message = await durable.next({ expires: 5_000 });
  assert(message);
  await applyEvents(catalogue.database, "catalogue", [effects], [envelopeOf(message)], log);
  message.nak();
  hearing = startHearing(catalogue.database, catalogue.bus, [effects], log);
  await until(async () => {
    const { num_pending, num_ack_pending } = await catalogue.bus.manage.consumers.info("CIRCULATION", "catalogue");
    return num_pending + num_ack_pending === 0;
  });
  assert.equal((await heard(event.id))[0]?.value, 1);
  await hearing.stop();
  hearing = startHearing(catalogue.database, catalogue.bus, [onLoanChanged], log);
});

test("a service lives on when its stream vanishes while a batch is at work", async () => {
  const blocked = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  await hearing.stop();
  const slow = consumer(LoanChanged, async () => {
    begun.resolve();
    await blocked.promise;
  });
  hearing = startHearing(catalogue.database, catalogue.bus, [slow], log);
  await renew();
  await begun.promise;
  await circulation.bus.manage.streams.delete("CIRCULATION");
  await until(() =>
    circulation.bus.manage.streams.info("CIRCULATION").then(
      () => false,
      () => true,
    ),
  );
  await declareStream(circulation.bus, 2 ** 30);
  blocked.resolve();
  await hearing.stop();
  hearing = startHearing(catalogue.database, catalogue.bus, [onLoanChanged], log);
  await heardAs(await renew());
});

test("events are archived, and go on, where no partition of today was made", async () => {
  const { rows } = await circulation.database.frame.query(
    "select count(*)::int as days from pg_partition_tree('outbox_archive') where isleaf",
  );
  assert.ok(rows[0].days > 1);
  const owner = new pg.Client({ connectionString: connectionString(made[0]!.owner) });
  await owner.connect();
  const today = `outbox_archive_${new Date().toISOString().slice(0, 10).replaceAll("-", "")}`;
  await owner.query(`drop table ${today}`);
  await owner.end();
  await heardAs(await renew());
  await until(waiting, (left) => left === 0);
});

test("a wiped bus is declared again and refilled from the archive; commands went on meanwhile", async () => {
  const before = await renew();
  await heardAs(before);
  await circulation.database.frame.query("update outbox_archive set published_at = published_at - interval '1 minute'");
  const { rows } = await circulation.database.frame.query("select count(*)::int as kept from outbox_archive");
  await nats.wipe();
  const during = await renew();
  await nats.start();
  await until(() =>
    declareStream(circulation.bus, 2 ** 30).then(
      () => true,
      () => false,
    ),
  );
  const back = await until(
    () => reconcile(circulation.database, circulation.bus, log).catch(() => 0),
    (count) => count > 0,
  );
  assert.equal(back, rows[0].kept);
  await heardAs(during);
  await until(waiting, (left) => left === 0);
  const info = await circulation.bus.manage.streams.info("CIRCULATION");
  assert.ok(info.state.messages >= back + 1);
  assert.equal(await reconcile(circulation.database, circulation.bus, log), 0, "then both agree");
});

test("a new consumer learns the past by republish, and drift is repaired by it", async () => {
  const event = await renew();
  await heardAs(event);
  await catalogue.database.transact(serviceActor("catalogue"), (tx) =>
    run(tx, sql`update counter set value = 77 where id = ${event.id}`),
  );
  const loans = retelling(LoanChanged, (tx, _extent, after, limit) =>
    all<{ id: string; version: bigint; value: number }>(
      tx,
      sql`
      select id::text, version, value from counter where id::text > ${after} order by id::text limit ${limit}`,
    ).then((rows) => rows.map((row) => loan(row.id, row.version, row.value))),
  );
  await republish(circulation.database, "circulation", [loans]);
  await heardAs(event);
});

test("events of one batch and of many writers all arrive", async () => {
  const events = await Promise.all(Array.from({ length: 400 }, () => renew()));
  await Promise.all(events.map(heardAs));
  assert.equal((await heard(events[7]?.id ?? "")).length, 1);
});
