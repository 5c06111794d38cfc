import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { serviceActor } from "@lienthong/auth/actor.ts";
import { type Database, openDatabase } from "@lienthong/database/database.ts";
import { enqueue, job } from "@lienthong/jobs/job.ts";
import { startWorker, type Worker } from "@lienthong/jobs/worker.ts";
import { inSpan, startTracing } from "@lienthong/telemetry/trace.ts";
import { z } from "zod";
import { log } from "../bus-stage.ts";
import { type TestDatabase, testDatabase } from "../test-database.ts";
import { until } from "../until.ts";

const folder = mkdtempSync(join(tmpdir(), "lienthong-trace-"));
const file = join(folder, "spans");
const payloads: unknown[] = [];
const told = job("told", { payload: z.object({ titleId: z.string() }) }, async (work) => {
  payloads.push(work.payload);
});

let made: TestDatabase;
let database: Database;
let worker: Worker;
let endTracing: () => Promise<void>;
before(async () => {
  endTracing = startTracing("frame", `file:${file}`);
  made = await testDatabase("frame", import.meta.dirname);
  database = openDatabase(made.app, () => {});
  worker = await startWorker("frame", [told], database, log);
});
after(async () => {
  await worker.stop();
  await database.close();
  await made.drop();
  await endTracing();
  rmSync(folder, { recursive: true });
});

test("a job goes on in the trace of the command that queued it", async () => {
  await inSpan("command", {}, () =>
    database.transact(serviceActor("frame"), (tx) => enqueue(tx, told, { titleId: "one" })),
  );
  await until(() => payloads.length, Boolean);
  assert.deepEqual(payloads, [{ titleId: "one" }]);
  const span = (name: string) =>
    readFileSync(file, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { name: string; trace: string })
      .find((one) => one.name === name);
  const done = await until(() => span("job told"), Boolean);
  assert.equal(done?.trace, span("command")?.trace);
});
