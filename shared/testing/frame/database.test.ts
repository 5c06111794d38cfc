import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Actor, nobody, serviceActor } from "@lienthong/auth/actor.ts";
import { type Database, openDatabase } from "@lienthong/database/database.ts";
import { isDatabaseAway } from "@lienthong/database/errors.ts";
import { AnsweredMeanwhile, firstAnswer, keepAnswer, RequestIdReused } from "@lienthong/database/first-answer.ts";
import { all, one, optional, run, sql } from "@lienthong/database/transaction.ts";
import { metricsText } from "@lienthong/telemetry/metric.ts";
import { type TestDatabase, testDatabase } from "../test-database.ts";

let made: TestDatabase;
let database: Database;
before(async () => {
  made = await testDatabase("frame", import.meta.dirname);
  database = openDatabase(made.app, () => {});
});
after(async () => {
  await database.close();
  await made.drop();
});

const service = serviceActor("frame");
const staff = (libraryId: string): Actor => ({ ...nobody, kind: "staff", id: libraryId, libraryId });
const count = (libraryId: string) =>
  database.transact(service, (tx) =>
    one<{ id: string; version: bigint }>(
      tx,
      sql`
      insert into counter (library_id, value) values (${libraryId}, 0) returning id, version`,
    ),
  );

test("a library sees the rows that name it, and no others, even where code forgets to ask", async () => {
  await count("VN-000001P");
  await count("VN-7K2M4QW");
  const rows = await database.transact(staff("VN-000001P"), (tx) =>
    all<{ library: string }>(tx, sql`select library_id as library from counter`),
  );
  assert.deepEqual([...new Set(rows.map((row) => row.library))], ["VN-000001P"]);
  const others = await database.transact(nobody, (tx) => all(tx, sql`select from counter`));
  assert.equal(others.length, 0);
  await assert.rejects(
    database.transact(staff("VN-000001P"), (tx) =>
      run(tx, sql`insert into counter (library_id, value) values ('VN-7K2M4QW', 1)`),
    ),
    /row-level security/,
  );
});

test("nobody carries over to the next transaction of the same connection", async () => {
  await database.transact(service, (tx) => run(tx, sql`select 1`));
  const { rows } = await database.frame.query(
    "select coalesce(current_setting('lt.kind', true), '') as kind from generate_series(1, 1)",
  );
  assert.equal(rows[0].kind, "");
});

test("a statement is planned once a connection; its plan is every actor's, its rows are not", async () => {
  await count("VN-000001P");
  const rows = (libraryId: string) =>
    database.transact(staff(libraryId), (tx) => all(tx, sql`select from counter where library_id = ${"VN-000001P"}`));
  // PostgreSQL keeps a plan for all parameters after it was asked five times.
  for (let times = 0; times < 8; times += 1) {
    assert.ok((await rows("VN-000001P")).length > 0);
    assert.equal((await rows("VN-7K2M4QW")).length, 0);
  }
  const { kept } = await database.transact(service, (tx) =>
    one<{ kept: number }>(
      tx,
      sql`
      select count(*)::int as kept from pg_prepared_statements
      where statement like 'select from counter where library_id =%' and generic_plans > 0`,
    ),
  );
  assert.equal(kept, 1);
});

test("versions are past 2^40 and rise by one, also after a restored epoch", async () => {
  const { id, version } = await count("VN-000001P");
  assert.ok(version > 2n ** 40n);
  const raise = () =>
    database.transact(service, (tx) =>
      one<{ version: bigint }>(
        tx,
        sql`update counter set version = next_version(version) where id = ${id} returning version`,
      ),
    );
  assert.equal((await raise()).version, version + 1n);
});

test("what throws leaves nothing behind", async () => {
  const failed = database.transact(service, async (tx) => {
    await run(
      tx,
      sql`insert into counter (id, library_id, value) values ('00000000-0000-7000-8000-000000000009', 'VN-000001P', 1)`,
    );
    throw new Error("no");
  });
  await assert.rejects(failed, /no/);
  const row = await database.transact(service, (tx) =>
    optional(tx, sql`select from counter where id = '00000000-0000-7000-8000-000000000009'`),
  );
  assert.equal(row, undefined);
});

test("two that lock each other's rows both come through", async () => {
  const [a, b] = [await count("VN-000001P"), await count("VN-000001P")];
  let met = 0;
  const meeting = Promise.withResolvers<void>();
  const both = (first: string, second: string) =>
    database.transact(service, async (tx) => {
      await run(tx, sql`update counter set value = value + 1 where id = ${first}`);
      met += 1;
      if (met === 2) meeting.resolve();
      await meeting.promise;
      await run(tx, sql`update counter set value = value + 1 where id = ${second}`);
    });
  await Promise.all([both(a.id, b.id), both(b.id, a.id)]);
  const rows = await database.transact(service, (tx) =>
    all<{ value: number }>(tx, sql`select value from counter where id in (${a.id}, ${b.id})`),
  );
  assert.deepEqual(
    rows.map((row) => row.value),
    [2, 2],
  );
});

test("a connection that is lost between two statements says that the database is away", async () => {
  const work = database.transact(service, async (tx) => {
    const { pid } = await one<{ pid: number }>(tx, sql`select pg_backend_pid() as pid`);
    const lost = new Promise<void>((end) => tx.client.once("end", () => end()));
    await database.frame.query("select pg_terminate_backend($1)", [pid]);
    await lost;
    await run(tx, sql`select 1`);
  });
  await assert.rejects(work, isDatabaseAway);
});

test("the first answer to a request is kept and given again; the same id for another request is refused", async () => {
  const request = {
    requestId: "request-0001",
    call: "/CheckOut",
    libraryId: "VN-000001P",
    body: () => Buffer.from("item 1"),
  };
  const actor = staff("VN-000001P");
  assert.equal(await firstAnswer(database, actor, request), undefined);
  await database.transact(actor, (tx) => keepAnswer(tx, request, Buffer.from("lent")));
  assert.equal(Buffer.from((await firstAnswer(database, actor, request)) ?? "").toString(), "lent");
  await assert.rejects(
    firstAnswer(database, actor, { ...request, body: () => Buffer.from("item 2") }),
    RequestIdReused,
  );
  await assert.rejects(firstAnswer(database, actor, { ...request, libraryId: "VN-7K2M4QW" }), RequestIdReused);
  await assert.rejects(
    database.transact(actor, (tx) => keepAnswer(tx, request, Buffer.from("again"))),
    AnsweredMeanwhile,
  );
  assert.equal(
    await firstAnswer(database, staff("VN-7K2M4QW"), request),
    undefined,
    "another caller's id is another request",
  );
});

test("a connection counts as busy while somebody works with it, and not when they failed either", async () => {
  const shown = /^lienthong_database_connections_busy{pool="commands"} (\d+)$/m;
  const busy = async () => shown.exec(await metricsText())?.[1];
  const seen = await database.transact(service, busy);
  assert.equal(seen, "1");
  await assert.rejects(database.transact(service, (tx) => run(tx, sql`select 1 / 0`)));
  assert.equal(await busy(), "0");
});
