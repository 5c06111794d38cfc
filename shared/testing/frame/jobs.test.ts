import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serviceActor } from "@lienthong/auth/actor.ts";
import { type Database, openDatabase } from "@lienthong/database/database.ts";
import { run, sql } from "@lienthong/database/transaction.ts";
import { enqueue, job } from "@lienthong/jobs/job.ts";
import { startWorker } from "@lienthong/jobs/worker.ts";
import { openLog } from "@lienthong/telemetry/log.ts";
import { z } from "zod";
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
