import { all, optional, sql, type Sql, type Transaction } from "@lienthong/database/transaction.ts";
import { enqueue, job } from "@lienthong/jobs/job.ts";
import { z } from "zod";
import { lockItem } from "../availability/lock.ts";
import { move } from "./moves.ts";
import { holdById, holdOfItem } from "./queue.ts";

// A title that more than this many wait for is taken up again by the sweep.
const stepsMax = 500;

/** Chooses copies for those who wait for a title, one hold a transaction. */
export const targetHolds = job("target-holds", { payload: z.object({ titleId: z.string() }) }, async (work) => {
  for (let step = 0; step < stepsMax && !work.stopping.aborted; step += 1) {
    if (!(await work.as((tx) => targetNext(tx, work.payload.titleId)))) return;
  }
});

/** Takes up what a kill between two steps, or a copy that was passed over for a time, left waiting. */
export const sweepQueues = job("sweep-queues", { cron: "*/5 * * * *", payload: z.undefined() }, async (work) => {
  await work.as(async (tx) => {
    const titles = await all<{ titleId: string }>(
      tx,
      sql`
      select distinct record.title_id as "titleId" from hold join record on record.id = hold.record_id
      where hold.state = 'WAITING' and exists (select from ${freeCopies(sql`record.title_id`)})
      order by 1 limit 200`,
    );
    for (const title of titles) await seekFor(tx, title);
  });
});

// Each title has a job of its own: one that fails is tried again and keeps no other waiting. A job that waits already is
// locked: titles are gone through in the order of their ids, so that two with the same titles lock alike.
const seekFor = (tx: Transaction, title: { titleId: string }) =>
  enqueue(tx, targetHolds, title, `target ${title.titleId}`);

/** Lets copies be sought for the titles of records, where anybody waits. The caller acts across libraries. */
export async function seekCopies(tx: Transaction, ...recordIds: readonly string[]): Promise<void> {
  if (recordIds.length === 0) return;
  const waited = await all<{ titleId: string }>(
    tx,
    sql`
    select distinct mine.title_id as "titleId" from record mine
    where mine.id = any(${recordIds}::uuid[]) and exists (
      select from record mate join hold on hold.record_id = mate.id and hold.state = 'WAITING' and hold.ended_at is null
      where mate.title_id = mine.title_id)
    order by 1`,
  );
  for (const title of waited) await seekFor(tx, title);
}

/**
 * Chooses the best copy on a shelf for the first who waits: the pick-up library's own, then one of its commune, of its
 * province, then any other; among equals the one that rested longest, then by id, so that it comes out the same every time.
 * @returns false when nobody waits or no copy can serve
 */
async function targetNext(tx: Transaction, titleId: string): Promise<boolean> {
  const found = await optional<{ holdId: string; itemId: string; recordId: string }>(
    tx,
    sql`
    with first as (
      select hold.id, hold.record_id, hold.pickup_branch_id from hold join record on record.id = hold.record_id
      where record.title_id = ${titleId} and hold.state = 'WAITING' and hold.ended_at is null
      order by hold.placed_at, hold.id limit 1)
    select first.id as "holdId", first.record_id as "recordId", copy.item_id as "itemId"
    from first
    join branch pickup on pickup.id = first.pickup_branch_id
    cross join ${freeCopies(sql`${titleId}`)}
    order by copy.library_id = pickup.library_id desc,
             pickup.commune <> '' and copy.commune is not distinct from pickup.commune desc,
             copy.province is not distinct from pickup.province desc,
             copy.last_used_at nulls first, copy.item_id
    limit 1`,
  );
  if (!found) return false;
  const item = await lockItem(tx, found.itemId);
  const hold = await holdById(tx, found.holdId);
  // A desk may have been quicker with either of them; then it is looked again.
  const free = item?.state === "AVAILABLE" && item.forLoan && !(await holdOfItem(tx, item.id));
  if (free && hold?.state === "WAITING") await move(tx, hold.id, { from: "WAITING", to: "TARGETED", item });
  return true;
}

/** The copies of a title that stand on a shelf, may leave it, and are chosen for nobody. */
export const freeCopies = (titleId: Sql) => sql`lateral (
  select item.id as item_id, item.library_id, state.last_used_at, library.province,
         (select commune from branch where branch.library_id = item.library_id order by active desc, id limit 1) as commune
  from record of_title
  join item on item.record_id = of_title.id
  join item_state state on state.item_id = item.id
  left join library on library.id = item.library_id
  where of_title.title_id = ${titleId} and state.state = 'AVAILABLE' and item.for_loan and not item.withdrawn
    and (state.not_found_until is null or state.not_found_until < now())
    and coalesce(library.active, true)
    and not exists (select from hold taken where taken.item_id = item.id and taken.ended_at is null)
    and coalesce((select for_loan from policy where policy.library_id = item.library_id and category = '*'
                    and item_type in (item.item_type, '*') and ended_at is null order by item_type = '*' limit 1), true)
  ) copy`;
