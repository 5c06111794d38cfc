import type { Transaction } from "@lienthong/database/transaction.ts";
import { run, sql } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { traceHeaders } from "@lienthong/telemetry/trace.ts";
import type { z } from "zod";

/** What a job works with. It acts as its service. */
export type Work<Payload> = {
  readonly payload: Payload;
  /** The same for every try of one queued job. */
  readonly id: string;
  readonly log: Log;
  /** Rises when the service stops: a job ends between two steps and is taken up again later. */
  readonly stopping: AbortSignal;
  as<Result>(step: (tx: Transaction) => Promise<Result>): Promise<Result>;
};

export type Job<Payload = unknown> = {
  readonly name: string;
  readonly cron: string | undefined;
  readonly payload: z.ZodType<Payload>;
  readonly run: (work: Work<Payload>) => Promise<void>;
};

/** A job whatever it is queued with. */
export type AnyJob = Omit<Job<never>, "payload"> & { readonly payload: z.ZodType };

/**
 * Declares work that outlives a request: a loop of small transactions that can be stopped between any two and taken up
 * again. It is idempotent; a kill costs at most one step.
 * @param options `cron` for work by the clock (UTC), `payload` checks what it was queued with
 */
export const job = <Payload>(
  name: string,
  options: { cron?: string; payload: z.ZodType<Payload> },
  run: (work: Work<Payload>) => Promise<void>,
): Job<Payload> => ({ name, cron: options.cron, payload: options.payload, run });

/**
 * Queues a job in the command's own transaction: it exists if, and only if, that commits. The command's trace goes on in it.
 * @param key jobs with the same key are one job while it waits
 */
export async function enqueue<Payload>(
  tx: Transaction,
  queued: Job<Payload>,
  payload: Payload,
  key?: string,
): Promise<void> {
  await run(
    tx,
    sql`
    select graphile_worker.add_job(${queued.name}, ${JSON.stringify({ ...payload, ...traceHeaders() })}::json, max_attempts := 25, job_key := ${key ?? null})`,
  );
}
