import { serviceActor } from "@lienthong/auth/actor.ts";
import { connectionString, type DatabaseAddress } from "@lienthong/database/address.ts";
import type { Database } from "@lienthong/database/database.ts";
import type { Transaction } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { inSpan } from "@lienthong/telemetry/trace.ts";
import { Logger, parseCronItems, run, runMigrations } from "graphile-worker";
import pg from "pg";
import type { AnyJob } from "./job.ts";

export type Worker = { stop(): Promise<void> };

/** Brings the queue's tables to the newest shape and lets the service's own role work with them. */
export async function migrateJobs(owner: DatabaseAddress, appRole: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: connectionString(owner), max: 1 });
  // A connection that breaks makes the statement on it fail, and that is where it is heard.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => void client.on("error", () => undefined));
  try {
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

/** Works on the service's jobs, some at a time, until it is stopped; a job that failed is tried again later, with growing waits. */
export async function startWorker(
  service: string,
  jobs: readonly AnyJob[],
  database: Database,
  log: Log,
): Promise<Worker> {
  const stopping = new AbortController();
  const tasks = jobs.map((job) => [
    job.name,
    (payload: unknown) =>
      inSpan(`job ${job.name}`, {}, async () => {
        const started = performance.now();
        await job.run({
          payload: job.payload.parse(job.cron ? undefined : payload),
          log,
          stopping: stopping.signal,
          as: (step: (tx: Transaction) => Promise<unknown>) => database.transact(serviceActor(service), step),
        } as never);
        log.info({ job: job.name, ms: Math.round(performance.now() - started) }, "job");
      }),
  ]);
  const runner = await run({
    pgPool: database.frame,
    taskList: Object.fromEntries(tasks),
    parsedCronItems: parseCronItems(
      jobs
        .filter((job) => job.cron)
        .map((job) => ({ task: job.name, match: job.cron ?? "", options: { maxAttempts: 1 } })),
    ),
    concurrency: 2,
    pollInterval: 1_000,
    noHandleSignals: true,
    logger: quiet,
  });
  runner.events.on("job:failed", ({ job, error }) => {
    log.error({ job: job.task_identifier, err: error, runbook: "job-failed" }, "a job failed for good");
  });
  runner.events.on("job:error", ({ job, error }) => {
    log.warn({ job: job.task_identifier, attempt: job.attempts, err: error }, "a job failed and is tried again");
  });
  return {
    async stop() {
      stopping.abort();
      await runner.stop();
    },
  };
}

// Its lines would stand beside ours; what matters of them comes as events above.
const quiet = new Logger(() => () => undefined);
