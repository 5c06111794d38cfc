import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { serviceActor } from "@lienthong/auth/actor.ts";
import { applyEvents, setAside } from "@lienthong/bus/apply.ts";
import { consumer } from "@lienthong/bus/consumer.ts";
import { deadLetters } from "@lienthong/bus/dead-letter.ts";
import { subjectOf } from "@lienthong/bus/event.ts";
import { retelling } from "@lienthong/bus/republish.ts";
import { type Database, openDatabase } from "@lienthong/database/database.ts";
import { all, run, sql } from "@lienthong/database/transaction.ts";
import { startWorker, type Worker } from "@lienthong/jobs/worker.ts";
import { LoanChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { LoanState } from "@lienthong/proto/circulation/v1/states.ts";
import { operations } from "@lienthong/service/operations.ts";
import { service } from "@lienthong/service/service.ts";
import { openLog } from "@lienthong/telemetry/log.ts";
import { type TestDatabase, testDatabase } from "../test-database.ts";
import { until } from "../until.ts";

const log = openLog("frame", process.env.LOG_LEVEL ?? "silent");
let made: TestDatabase;
let database: Database;
let worker: Worker;
let failing = true;

const loanOf = (id: string, version: bigint, libraryId: string, renewals: number): LoanChanged => ({
  id,
  version,
  libraryId,
  patronCategory: "ADULT",
  state: LoanState.OPEN,
  dueAt: new Date("2026-12-01T16:59:59Z"),
  renewals,
});
const onLoanChanged = consumer(LoanChanged, async (tx, loan) => {
  if (failing) throw new Error("this consumer fails");
  await run(
    tx,
    sql`insert into counter (id, library_id, value) values (${loan.id}, ${loan.libraryId}, ${loan.renewals})`,
  );
});
const tellCounters = retelling(LoanChanged, async (tx, { libraryId }, after, limit) => {
  type Row = { id: string; version: bigint; libraryId: string; value: number };
  const rows = await all<Row>(
    tx,
    sql`
    select id, version, library_id as "libraryId", value from counter
    where id::text > ${after} and library_id = coalesce(${libraryId ?? null}, library_id) order by id limit ${limit}`,
  );
  return rows.map((row) => loanOf(row.id, row.version, row.libraryId, row.value));
});
const declared = service("circulation", { consumes: [onLoanChanged], retells: [tellCounters] });

before(async () => {
  made = await testDatabase("frame", import.meta.dirname);
  database = openDatabase(made.app, () => {});
  worker = await startWorker("circulation", operations(declared, database), database, log);
});
after(async () => {
  await worker.stop();
  await database.close();
  await made.drop();
});

const isDone = () =>
  until(
    () => database.frame.query("select from graphile_worker._private_jobs").then((found) => found.rowCount),
    (waiting) => waiting === 0,
  );
async function operator(name: string, payload: object): Promise<void> {
  await database.frame.query("select graphile_worker.add_job($1, $2::json)", [name, payload]);
  await isDone();
}
async function asideOf(id: string, payload: Uint8Array): Promise<string> {
  const headers = { "ce-type": LoanChanged.$type, "ce-id": id, "ce-subject": id, version: "1" };
  const event = { id, subject: subjectOf(LoanChanged), aggregate: id, version: 1n, headers, payload };
  await setAside(database, "circulation", [[event, new Error("it failed")]]);
  return id;
}
const stillAside = async () => (await deadLetters(database, "circulation")).map((letter) => letter.eventId);

test("events set aside are replayed once their cause is mended, and one that fails again stays", async () => {
  const hopeless = await asideOf(randomUUID(), Buffer.from("\xff\xff not a message"));
  const loan = loanOf(randomUUID(), 1n, "VN-000001P", 3);
  const mendable = await asideOf(loan.id, LoanChanged.encode(loan).finish());

  await operator("replay-dead-letters", {});
  assert.deepEqual(await stillAside(), [hopeless, mendable], "while the cause lasts, both stay");
  failing = false;
  await operator("replay-dead-letters", {});

  assert.deepEqual(await stillAside(), [hopeless]);
  const rows = await database.transact(serviceActor("circulation"), (tx) =>
    all(tx, sql`select id, value from counter`),
  );
  assert.deepEqual(rows, [{ id: mendable, value: 3 }]);
});

test("an effect too old to be judged is not replayed with the others, but when somebody names it", async () => {
  failing = false;
  const loan = loanOf(randomUUID(), 1n, "VN-000001P", 2);
  const old = new Date(Date.now() - 40 * 24 * 3600 * 1000).toISOString();
  const headers = {
    "ce-type": LoanChanged.$type,
    "ce-id": loan.id,
    "ce-subject": loan.id,
    "ce-time": old,
    version: "1",
  };
  const payload = LoanChanged.encode(loan).finish();
  const event = { id: loan.id, subject: subjectOf(LoanChanged), aggregate: loan.id, version: 1n, headers, payload };
  await applyEvents(database, "circulation", [onLoanChanged], [event], log);
  const letter = (await deadLetters(database, "circulation")).find(({ eventId }) => eventId === loan.id);
  const effects = () =>
    database.transact(serviceActor("circulation"), (tx) => run(tx, sql`select from counter where id = ${loan.id}`));

  await operator("replay-dead-letters", {});
  assert.equal(await effects(), 0, "it may have had its effect");
  assert.ok((await stillAside()).includes(loan.id));

  await operator("replay-dead-letters", { ids: [letter!.id] });
  assert.equal(await effects(), 1);
  assert.ok(!(await stillAside()).includes(loan.id));
});

test("more hopeless letters than one page holds do not keep a later one from being replayed", async () => {
  failing = false;
  await database.frame.query(`
    insert into dead_letter (consumer, event_id, subject, headers, payload, error)
    select 'circulation', null, 'lt.circulation.loan.changed.v1', '{}', 'x', 'it failed' from generate_series(1, 250)`);
  const loan = loanOf(randomUUID(), 1n, "VN-000001P", 1);
  const mendable = await asideOf(loan.id, LoanChanged.encode(loan).finish());
  await operator("replay-dead-letters", {});
  const { rows } = await database.frame.query("select replayed_at from dead_letter where event_id = $1", [mendable]);
  assert.ok(rows[0].replayed_at);
});

test("an operator lets a service tell its states again, all or those of one library", async () => {
  const libraries = ["VN-000001P", "VN-000002M"];
  const ids = await database.transact(serviceActor("circulation"), async (tx) => {
    await run(tx, sql`delete from counter`);
    return all<{ id: string; libraryId: string }>(
      tx,
      sql`
      insert into counter (library_id, value) select library, 1 from unnest(${libraries}::text[]) library
      returning id, library_id as "libraryId"`,
    );
  });
  const [first, second] = libraries.map((library) => ids.find((row) => row.libraryId === library)?.id);
  const byId = (a = "", b = "") => (a < b ? -1 : 1);
  const told = async () => {
    const { rows } = await database.frame.query<{ aggregate: string; header: string }>(
      "select aggregate, headers ->> 'republished' as header from outbox",
    );
    assert.ok(rows.every((row) => row.header === "true"));
    return rows.map((row) => row.aggregate).toSorted(byId);
  };

  await operator("republish", { libraryId: "VN-000002M" });
  assert.deepEqual(await told(), [second]);
  await operator("republish", {});
  assert.deepEqual(await told(), [first, second, second].toSorted(byId));
});
