import { announce } from "@lienthong/bus/announce.ts";
import { all, optional, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { eachApart } from "@lienthong/jobs/each-apart.ts";
import { job } from "@lienthong/jobs/job.ts";
import { HoldUnfilled } from "@lienthong/proto/circulation/v1/events.ts";
import { z } from "zod";
import { lockItem } from "../availability/lock.ts";
import { calendarOf } from "../libraries/calendar.ts";
import { homeBranch } from "../libraries/branch.ts";
import { afterOpenDays } from "../libraries/open-days.ts";
import { endHold } from "./end.ts";
import { move } from "./moves.ts";
import { copyThatMayLeave } from "./place.ts";
import { releaseTarget } from "./release.ts";

const nothing = z.undefined();
// What is left over is taken up by the next run.
const holdsMax = 2_000;

/** Ends holds whose reader did not come, longest past its day first; one hold a transaction. */
export const expireHolds = job("expire-holds", { cron: "*/10 * * * *", payload: nothing }, async (work) => {
  const past = await work.as((tx) =>
    all<{ id: string }>(
      tx,
      sql`
      select id from hold where state = 'READY' and ready_until < now() order by ready_until, id limit ${holdsMax}`,
    ),
  );
  await eachApart(
    work,
    past.map(({ id }) => id),
    expire,
  );
});

/** Ends a hold that stands ready past its day. */
async function expire(tx: Transaction, holdId: string): Promise<void> {
  await endHold(
    tx,
    holdId,
    "EXPIRED",
    (now) => now.state === "READY" && now.readyUntil !== null && now.readyUntil < tx.now,
  );
}

/** Gives up items that were to be fetched and were not: another copy is sought, and this one left alone for 30 days. */
export const giveUpUnfound = job("give-up-unfound", { cron: "13 * * * *", payload: nothing }, async (work) => {
  const looked = await work.as((tx) =>
    all<{ itemId: string }>(
      tx,
      sql`
      select item_id as "itemId" from hold
      where state = 'TARGETED' and targeted_at < now() - interval '1 day' order by targeted_at limit ${holdsMax}`,
    ),
  );
  await eachApart(
    work,
    looked.map(({ itemId }) => itemId),
    giveUp,
  );
});

/** Gives an item up when the house that has it was open for a whole day since it was asked for it. */
export async function giveUp(tx: Transaction, itemId: string): Promise<void> {
  const item = await lockItem(tx, itemId);
  if (!item) return;
  const target = await optional<{ targetedAt: Date }>(
    tx,
    sql`
    select targeted_at as "targetedAt" from hold where item_id = ${itemId} and state = 'TARGETED' for update`,
  );
  if (!target) return;
  const home = await homeBranch(tx, item.libraryId);
  if (afterOpenDays(target.targetedAt, 1, await calendarOf(tx, home.id)) > tx.now) return;
  await run(tx, sql`update item_state set not_found_until = now() + interval '30 days' where item_id = ${itemId}`);
  await releaseTarget(tx, itemId);
}

/** Ends holds that no copy can serve any more. A day's grace: records and items of one import do not arrive together. */
export const endUnfillable = job("end-unfillable", { cron: "43 2 * * *", payload: nothing }, async (work) => {
  const without = await work.as((tx) =>
    all<{ id: string }>(
      tx,
      sql`
      select id from hold where ${unfillable} order by placed_at, id limit ${holdsMax}`,
    ),
  );
  await eachApart(
    work,
    without.map(({ id }) => id),
    endAsUnfillable,
  );
});

const unfillable = sql`
  hold.state = 'WAITING' and hold.placed_at < now() - interval '1 day' and not exists (${copyThatMayLeave(sql`
    select mate.id from record mine join record mate on mate.id = mine.id or mate.title_id = mine.title_id
    where mine.id = hold.record_id`)})`;

/** Ends a waiting hold whose title has no copy that may leave its house, unless one has come meanwhile. */
async function endAsUnfillable(tx: Transaction, holdId: string): Promise<void> {
  const hold = await optional<Omit<HoldUnfilled, "version">>(
    tx,
    sql`
    select hold.id, hold.library_id as "libraryId", coalesce(record.title_id, '') as "titleId",
           coalesce(title.title, hold.shown_title) as title, coalesce(title.author, '') as author
    from hold
    left join record on record.id = hold.record_id
    left join title on title.id = record.title_id
    where hold.id = ${holdId} and ${unfillable} for update of hold`,
  );
  if (!hold) return;
  const version = await move(tx, hold.id, { from: "WAITING", to: "UNFILLABLE" });
  announce(tx, HoldUnfilled, { ...hold, version });
}
