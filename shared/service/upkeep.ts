import type { KeptStream } from "@lienthong/bus/keep-stream.ts";
import { rememberedDays } from "@lienthong/bus/inbox.ts";
import { noteMissed } from "@lienthong/bus/missed.ts";
import { run, sql } from "@lienthong/database/transaction.ts";
import { type AnyJob, job } from "@lienthong/jobs/job.ts";
import { z } from "zod";

const nothing = z.undefined();

/**
 * What every service does by the clock for the frame's own tables.
 * @param stream the stream of its own events, if it has any
 * @param hears whether it consumes events of others
 */
export function upkeep(stream: KeptStream | undefined, hears: boolean): AnyJob[] {
  const turnArchive = job("turn-outbox-archive", { cron: "7 * * * *", payload: nothing }, async (work) => {
    await work.as((tx) => run(tx, sql`select turn_outbox_archive()`));
  });
  const forgetInbox = job("forget-inbox", { cron: "17 3 * * *", payload: nothing }, async (work) => {
    while (
      (await work.as((tx) =>
        run(
          tx,
          sql`
      delete from inbox where ctid = any(array(
        select ctid from inbox where at < now() - ${rememberedDays} * interval '1 day' limit 5000))`,
        ),
      )) > 0 &&
      !work.stopping.aborted
    );
  });
  const forgetAnswers = job("forget-first-answers", { cron: "27 3 * * *", payload: nothing }, async (work) => {
    while (
      (await work.as((tx) =>
        run(
          tx,
          sql`
      delete from first_answer where ctid = any(array(
        select ctid from first_answer where at < now() - interval '30 days' limit 5000))`,
        ),
      )) > 0 &&
      !work.stopping.aborted
    );
  });
  const compare = job("compare-bus-with-archive", { cron: "*/5 * * * *", payload: nothing }, async () => {
    await stream?.attend();
  });
  const missed = job("note-missed-events", { cron: "* * * * *", payload: nothing }, async (work) => {
    await work.as(noteMissed);
  });
  return [turnArchive, forgetInbox, forgetAnswers, ...(stream ? [compare] : []), ...(hears ? [missed] : [])];
}
