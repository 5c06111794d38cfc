import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serviceActor } from "@lienthong/auth/actor.ts";
import { connectionString } from "@lienthong/database/address.ts";
import { connectionsMax, type Database, openDatabase } from "@lienthong/database/database.ts";
import { run, sql } from "@lienthong/database/transaction.ts";
import { enqueue, job } from "@lienthong/jobs/job.ts";
import { buryTheDead } from "@lienthong/jobs/sign-of-life.ts";
import { migrateJobs, startWorker } from "@lienthong/jobs/worker.ts";
import { type Log, openLog } from "@lienthong/telemetry/log.ts";
import pg from "pg";
import { z } from "zod";
import { parts } from "../parts.ts";
import { type TestDatabase, testDatabase } from "../test-database.ts";
import { until } from "../until.ts";

const log = openLog("frame", process.env.LOG_LEVEL ?? "silent");
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

const done: string[] = [];
const shelve = job("shelve", { payload: z.object({ barcode: z.string() }) }, async (work) => {
  await work.as((tx) => run(tx, sql`insert into counter (library_id, value) values ('VN-000001P', 1)`));
  done.push(work.payload.barcode);
});
const service = serviceActor("frame");

test("a job is done when its command committed, and never when it did not", async () => {
  await assert.rejects(
    database.transact(service, async (tx) => {
      await enqueue(tx, shelve, { barcode: "never" });
      throw new Error("no");
    }),
  );
  await database.transact(service, (tx) => enqueue(tx, shelve, { barcode: "B1" }));
  const worker = await startWorker("frame", [shelve], database, log);
  await until(() => done.length > 0);
  await worker.stop();
  assert.deepEqual(done, ["B1"]);
});

test("a job that fails is tried again, and the others go on", async () => {
  let tries = 0;
  const stumble = job("stumble", { payload: z.object({}) }, () => {
    tries += 1;
    return tries === 1 ? Promise.reject(new Error("once")) : Promise.resolve();
  });
  await database.transact(service, (tx) => enqueue(tx, stumble, {}));
  const worker = await startWorker("frame", [stumble], database, log);
  await until(() => tries === 2);
  await worker.stop();
});

test("the job of a worker that was killed is taken up at once by the next, the job of one that lives is not", async () => {
  await database.transact(service, (tx) => enqueue(tx, shelve, { barcode: "B2" }));
  // As a kill leaves it: locked by a worker whose connection is gone.
  await database.frame.query(
    "update graphile_worker._private_jobs set locked_by = 'frame-dead', locked_at = now(), attempts = 1",
  );
  const worker = await startWorker("frame", [shelve], database, log);
  await until(() => done.includes("B2"));
  await worker.stop();

  await database.transact(service, (tx) => enqueue(tx, shelve, { barcode: "B3" }));
  await database.frame.query(
    "update graphile_worker._private_jobs set locked_by = 'frame-alive', locked_at = now(), attempts = 1",
  );
  const living = await database.frame.connect();
  await living.query("select pg_advisory_lock(hashtext('worker'), hashtext('frame-alive'))");
  await database.transact(service, (tx) => enqueue(tx, shelve, { barcode: "B4" }));
  const other = await startWorker("frame", [shelve], database, log);
  await until(() => done.includes("B4"));
  assert.ok(!done.includes("B3"));
  await other.stop();
  living.release(true);
});

test("beside the workers of the queue all connections of the pool are the calls'", async (t) => {
  const worker = await startWorker("frame", [shelve], database, log);
  t.after(() => worker.stop());
  let inside = 0;
  const allInside = Promise.withResolvers<void>();
  await Promise.all(
    Array.from({ length: connectionsMax }, () =>
      database.transact(service, async () => {
        inside += 1;
        if (inside === connectionsMax) allInside.resolve();
        await allInside.promise;
      }),
    ),
  ).finally(() => allInside.resolve());
});

/** A job that works until the test lets it go. */
function aLongJob() {
  const letGo = Promise.withResolvers<void>();
  let runs = 0;
  const stocktaking = job("stocktaking", { payload: z.object({}) }, async () => {
    runs += 1;
    if (runs === 1) await letGo.promise;
  });
  return { stocktaking, runs: () => runs, letGo: () => letGo.resolve() };
}

test("a job that works for long is not taken for a dead worker's, by this replica or another", async () => {
  const { stocktaking, runs, letGo } = aLongJob();
  await database.transact(service, (tx) => enqueue(tx, stocktaking, {}));
  const worker = await startWorker("frame", [stocktaking], database, log);
  await until(() => runs() === 1);
  assert.equal(await buryTheDead(database), 0);
  letGo();
  await worker.stop();
  assert.equal(runs(), 1);
});

test("a worker that cannot say its job is done, because the database is gone, lives on and does it again", async (t) => {
  const { stocktaking, runs, letGo } = aLongJob();
  const left = new Set<number>();
  const warn = ({ worker }: { worker?: number }) => {
    if (worker !== undefined) left.add(worker);
  };
  const telling = { ...log, warn } as unknown as Log;
  await database.transact(service, (tx) => enqueue(tx, stocktaking, {}));
  const worker = await startWorker("frame", [stocktaking], database, telling);
  // Whatever came of it: a worker that goes on holds a connection, and nothing could be closed.
  t.after(async () => {
    await admitted(true);
    await worker.stop();
  });
  await until(() => runs() === 1);
  await admitted(false);
  letGo();
  // The idle one leaves first; let in too early, the other would still say that its job is done.
  await until(() => left.size === 2);
  await admitted(true);
  await until(() => runs() === 2);
});

test("a worker that cannot begin keeps its service from starting; one that cannot begin again says why, and does when it can", async (t) => {
  const said: string[] = [];
  const warn = ({ err }: { err?: Error }) => said.push(String(err));
  const telling = { ...log, warn } as unknown as Log;
  const worker = await startWorker("frame", [shelve], database, telling);
  const { exitCode } = process;
  t.after(async () => {
    await newerQueue(false);
    await worker.stop();
    // The queue would have a process that it does not let work end with a code of its own.
    process.exitCode = exitCode;
  });
  await newerQueue(true);
  await assert.rejects(startWorker("frame", [shelve], database, log), /unsafe to continue/);
  await admitted(false);
  await admitted(true);
  await until(() => said.some((words) => words.includes("unsafe to continue")));
  await newerQueue(false);
  await database.transact(service, (tx) => enqueue(tx, shelve, { barcode: "B5" }));
  await until(() => done.includes("B5"));
});

test("replicas that start together all get the queue's tables and their rights", async () => {
  for (let times = 0; times < 5; times += 1)
    await Promise.all(Array.from({ length: 4 }, () => migrateJobs(made.owner, "test_app")));
});

/** Whether a newer release has made tables of the queue on which this one may not work. */
async function newerQueue(there: boolean): Promise<void> {
  const owner = new pg.Client({ connectionString: connectionString(made.owner) });
  await owner.connect();
  await owner.query("delete from graphile_worker.migrations where id = 1000000");
  if (there) await owner.query("insert into graphile_worker.migrations (id, breaking) values (1000000, true)");
  await owner.end();
}

/** Lets nobody into the database any more and throws out who is in, or lets all in again. */
async function admitted(open: boolean): Promise<void> {
  const admin = new pg.Client({ connectionString: connectionString(parts.postgres()) });
  const name = new URL(made.app.url).pathname.slice(1);
  await admin.connect();
  await admin.query(`alter database ${name} with allow_connections ${open}`);
  if (!open) await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
  await admin.end();
}
