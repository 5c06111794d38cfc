import { EventEmitter, once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { serviceActor } from "@lienthong/auth/actor.ts";
import { connectionString, type DatabaseAddress } from "@lienthong/database/address.ts";
import type { Database } from "@lienthong/database/database.ts";
import type { Transaction } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { type Carrier, inSpan } from "@lienthong/telemetry/trace.ts";
import {
  Logger,
  parseCronItems,
  run,
  type Runner,
  type RunnerOptions,
  runMigrations,
  type WorkerEvents,
} from "graphile-worker";
import pg from "pg";
import { z } from "zod";
import { type AnyJob, job } from "./job.ts";
import { buryTheDead, type SignOfLife, showSignOfLife } from "./sign-of-life.ts";

export type Worker = { stop(): Promise<void> };

/**
 * Brings the queue's tables to the newest shape and lets the service's own role work with them. Several replicas may start at
 * once: they take turns, as they do in `migrate`.
 */
export async function migrateJobs(owner: DatabaseAddress, appRole: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: connectionString(owner), max: 1 });
  // A connection that breaks makes the statement on it fail, and that is where it is heard.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => void client.on("error", () => undefined));
  try {
    // The pool has one connection, which keeps the lock until it ends.
    await pool.query("select pg_advisory_lock(hashtext('migrate'))");
    await runMigrations({ pgPool: pool, logger: quiet });
    const role = pg.escapeIdentifier(appRole);
    await pool.query(`
      grant usage on schema graphile_worker to ${role};
      grant select, insert, update, delete on all tables in schema graphile_worker to ${role};
      grant usage, select on all sequences in schema graphile_worker to ${role};
      grant execute on all functions in schema graphile_worker to ${role};`);
    // The queue switches row-level security on without a policy, which shuts out everybody but its owner.
    const { rows } = await pool.query<{ name: string }>(`
      select relname as name from pg_class where relnamespace = 'graphile_worker'::regnamespace and relrowsecurity
        and not exists (select from pg_policy where polrelid = pg_class.oid)`);
    for (const { name } of rows) {
      await pool.query(
        `create policy the_service on graphile_worker.${pg.escapeIdentifier(name)} to ${role} using (true) with check (true)`,
      );
    }
  } finally {
    await pool.end();
  }
}

// One importing file and one short job side by side; more would take connections from the calls.
const workersPerProcess = 2;
const restMs = 1_000;
const restMsMax = 5_000;
// Half a minute of tries: longer than a restart of the database takes.
const failuresTillAlarm = 8;

/**
 * Works on the service's jobs, some at a time, until it is stopped; a job that failed is tried again later, with growing waits.
 * @throws what keeps a worker from beginning
 */
export async function startWorker(
  service: string,
  jobs: readonly AnyJob[],
  database: Database,
  log: Log,
): Promise<Worker> {
  const stopping = new AbortController();
  const lookAround = job("bury-dead-workers", { cron: "* * * * *", payload: z.undefined() }, async () => {
    await buryTheDead(database);
  });
  await buryTheDead(database);
  const all: AnyJob[] = [...jobs, lookAround];
  const taskList = Object.fromEntries(all.map((one) => [one.name, task(service, one, database, log, stopping.signal)]));
  const parsedCronItems = parseCronItems(
    all
      .filter((one) => one.cron)
      .map(({ name, cron = "" }) => ({ task: name, match: cron, options: { maxAttempts: 1 } })),
  );
  const options: RunnerOptions = {
    pgPool: database.queue,
    taskList,
    concurrency: 1,
    pollInterval: 1_000,
    noHandleSignals: true,
    logger: quiet,
    // Only what is sent in batches may fail without ending the process.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  };
  const workers: Worker[] = [];
  while (workers.length < workersPerProcess) {
    // The clock is looked at by one of them; between replicas the queue itself sees to it that a time is taken once.
    const mine = { ...options, parsedCronItems: workers.length === 0 ? parsedCronItems : [] };
    workers.push(await keepWorking(mine, database, log, workers.length));
  }
  return {
    async stop() {
      stopping.abort();
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

/**
 * Keeps one worker at work as long as its sign of life is seen. One that the database has left ends, as it must, and
 * another takes its place; what it could not give back is done again, since no job is hurt by that.
 */
async function keepWorking(options: RunnerOptions, database: Database, log: Log, which: number): Promise<Worker> {
  const stopping = new AbortController();
  const stopped = once(stopping.signal, "abort");

  async function another(): Promise<AtWork | undefined> {
    for (let failures = 0; ; failures += 1) {
      await pause(Math.min(restMsMax, restMs * 2 ** failures), undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return undefined;
      await buryTheDead(database).catch(() => undefined);
      try {
        return await begin(options, database, log);
      } catch (error) {
        const line = { err: error, worker: which };
        if (failures + 1 === failuresTillAlarm)
          log.error({ ...line, runbook: "job-failed" }, "a worker of the queue cannot begin");
        else log.warn(line, "a worker of the queue cannot begin; it is tried again");
      }
    }
  }
  async function work(first: AtWork): Promise<void> {
    for (let atWork: AtWork | undefined = first; atWork; atWork = await another()) {
      const error = await Promise.race([atWork.ended, stopped]);
      await atWork.end();
      if (stopping.signal.aborted) return;
      log.warn({ err: error, worker: which }, "the database has left a worker of the queue; another takes its place");
    }
  }
  const working = work(await begin(options, database, log));
  return {
    async stop() {
      stopping.abort();
      await working;
    },
  };
}

/** `ended` settles when it works no more, with what ended it. */
type AtWork = { readonly ended: Promise<unknown>; end(): Promise<void> };

/** One worker, once everybody can see that it is alive. @throws what keeps it from its work */
async function begin(options: RunnerOptions, database: Database, log: Log): Promise<AtWork> {
  const events: WorkerEvents = new EventEmitter();
  let sign: SignOfLife | undefined;
  let runner: Runner | undefined;
  // Jobs are locked in the name of a pool of workers, which draws its own.
  events.on("pool:create", ({ workerPool }) => {
    sign = showSignOfLife(database, workerPool.id);
  });
  tellFailures(events, log);
  const end = async () => {
    await runner?.stop().catch(() => undefined);
    sign?.end();
  };
  try {
    // A job is asked for only once everybody can see that who asks is alive.
    const forbiddenFlags = () => sign?.seen.then(() => null) ?? null;
    runner = await run({ ...options, events, forbiddenFlags });
    await sign?.seen;
    return { ended: Promise.race([runner.promise, sign?.lost]).catch((error: unknown) => error), end };
  } catch (error) {
    await end();
    throw error;
  }
}

function tellFailures(events: WorkerEvents, log: Log): void {
  events.on("job:failed", ({ job: failed, error }) => {
    log.error({ job: failed.task_identifier, err: error, runbook: "job-failed" }, "a job failed for good");
  });
  events.on("job:error", ({ job: failed, error }) => {
    log.warn({ job: failed.task_identifier, attempt: failed.attempts, err: error }, "a job failed and is tried again");
  });
}

function task(service: string, one: AnyJob, database: Database, log: Log, stopping: AbortSignal) {
  const as = (step: (tx: Transaction) => Promise<unknown>) => database.transact(serviceActor(service), step);
  return (payload: unknown, { job: { id } }: { job: { id: string } }) =>
    inSpan(`job ${one.name}`, { parent: traceOf(payload) }, async () => {
      const started = performance.now();
      const work = { payload: one.payload.parse(one.cron ? undefined : payload), id, log, stopping, as };
      await one.run(work as never);
      log.info({ job: one.name, ms: Math.round(performance.now() - started) }, "job");
    });
}

/** The trace of whoever queued the job; what the clock queues begins one of its own. */
function traceOf(payload: unknown): Carrier {
  const { traceparent } = (payload ?? {}) as { traceparent?: unknown };
  return typeof traceparent === "string" ? { traceparent } : {};
}

// Its lines would stand beside ours; what matters of them comes as events above.
const quiet = new Logger(() => () => undefined);
