import { acrossLibraries } from "@lienthong/database/across-libraries.ts";
import { one, optional, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Hold, PlaceHoldRequest, PlaceHoldResponse } from "@lienthong/proto/circulation/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { anId, anIdOrNone, scannedText } from "../asked.ts";
import { standingOf } from "../patrons/patron.ts";
import { policyFor } from "../policies/policy.ts";
import { tellHold } from "./moves.ts";
import { showHold } from "./show.ts";
import { seekCopies } from "./target.ts";

export const refuse = refusals("circulation.place-hold", {
  "title-unknown": "There is no such title any more.",
  "pickup-unknown": "Readers cannot collect at this branch.",
  "assurance-too-low": "Holds need an identity that has been verified.",
  "patron-blocked": "The patron may not place holds at present.",
  "already-held": "The reader already waits for this title.",
  "already-on-loan-to-you": "The reader already has a copy of this title.",
  "hold-limit-reached": "The reader has as many holds as the rules allow.",
  "no-item-can-serve": "No library has a copy of this title that may leave the house.",
});

export const PlaceHold = command<PlaceHoldRequest, PlaceHoldResponse>((ask, caller) => {
  const asked = {
    titleId: scannedText("title_id", ask.titleId),
    recordId: anIdOrNone("record_id", ask.recordId),
    pickupBranchId: anId("pickup_branch_id", ask.pickupBranchId),
  };
  return caller.as(async (tx) => outcome(await placeHold(tx, asked), "hold", (hold) => hold));
});

export type PlaceHold = { titleId: string; recordId: string | undefined; pickupBranchId: string };

/** Puts the caller into the queue of a title, to collect a copy at any branch of any library. */
export async function placeHold(tx: Transaction, ask: PlaceHold): Promise<Hold | Refusal> {
  const personId = tx.actor.personId;
  if (personId === null) throw new Error("A hold came from somebody who is no person");
  const pickup = await optional<{ libraryId: string }>(
    tx,
    sql`select library_id as "libraryId" from branch where id = ${ask.pickupBranchId} and pickup and active`,
  );
  if (!pickup) return refuse("pickup-unknown");
  const record = await recordShown(tx, ask);
  if (!record) return refuse("title-unknown");
  // A person's holds are counted by one request at a time.
  await run(tx, sql`select pg_advisory_xact_lock(hashtextextended('holds of ' || ${personId}, 0))`);
  const facts = await factsOf(tx, personId, record.id, pickup.libraryId);
  const refusal = mayHold({ ...facts, loa: tx.actor.loa });
  if (refusal) return refusal;

  const { id } = await one<{ id: string }>(
    tx,
    sql`
    insert into hold (library_id, pickup_branch_id, person_id, record_id, shown_title, shelf_days)
    values (${pickup.libraryId}, ${ask.pickupBranchId}, ${personId}, ${record.id}, ${record.title}, ${facts.shelfDays})
    returning id`,
  );
  await tellHold(tx, id);
  await acrossLibraries(tx, () => seekCopies(tx, record.id));
  return showHold(tx, id);
}

export type Facts = {
  blocked: boolean;
  held: boolean;
  onLoan: boolean;
  holds: number;
  holdLimit: number;
  canServe: boolean;
  loa: number;
};

// Decided for the platform: search is for everybody, holds for whoever has verified who they are.
const loaForHolds = 1;

/** The rule alone: the first reason why not. */
export function mayHold(facts: Facts): Refusal | undefined {
  if (facts.loa < loaForHolds) return refuse("assurance-too-low", { needed: String(loaForHolds) });
  if (facts.held) return refuse("already-held");
  if (facts.onLoan) return refuse("already-on-loan-to-you");
  if (facts.blocked) return refuse("patron-blocked");
  if (facts.holds >= facts.holdLimit) return refuse("hold-limit-reached", { limit: String(facts.holdLimit) });
  if (!facts.canServe) return refuse("no-item-can-serve");
  return undefined;
}

/** The record that the reader was shown; where none was named, or it is gone, the title's first. */
const recordShown = (tx: Transaction, ask: PlaceHold) =>
  optional<{ id: string; title: string }>(
    tx,
    sql`
    select record.id, coalesce(title.title, '') as title
    from record left join title on title.id = record.title_id
    where record.title_id is not null and (record.id = ${ask.recordId ?? null} or record.title_id = ${ask.titleId})
    order by record.id is not distinct from ${ask.recordId ?? null} desc, record.id limit 1`,
  );

/** What the decision needs. Copies and their rules belong to all libraries, so the service looks. */
async function factsOf(tx: Transaction, personId: string, recordId: string, pickupLibraryId: string) {
  const standing = await standingOf(tx, personId, pickupLibraryId);
  return acrossLibraries(tx, async () => {
    // Whoever holds no card yet is a guest of the library where they want to collect.
    const category = standing?.category ?? "GUEST";
    const limits = await policyFor(tx, standing?.libraryId ?? pickupLibraryId, category, "*");
    const pickup = await policyFor(tx, pickupLibraryId, category, "*");
    const found = await one<{ held: boolean; onLoan: boolean; holds: number; canServe: boolean }>(
      tx,
      sql`
      with mates as (
        select mate.id from record mine join record mate on mate.title_id = mine.title_id where mine.id = ${recordId})
      select
        exists (select from hold where person_id = ${personId} and ended_at is null
                and record_id in (select id from mates)) as held,
        exists (select from loan join item on item.id = loan.item_id where loan.person_id = ${personId}
                and returned_at is null and item.record_id in (select id from mates)) as "onLoan",
        (select count(*)::int from hold where person_id = ${personId} and ended_at is null) as holds,
        exists (${copyThatMayLeave(sql`select id from mates`)}) as "canServe"`,
    );
    return {
      ...found,
      blocked: standing?.blocked ?? false,
      holdLimit: limits.holdLimit,
      shelfDays: pickup.shelfDays,
    };
  });
}

/** A copy of one of the records that may leave its house, wherever it is now. */
export const copyThatMayLeave = (records: ReturnType<typeof sql>) => sql`
  select from item where item.record_id in (${records}) and item.for_loan and not item.withdrawn
    and coalesce((select for_loan from policy where policy.library_id = item.library_id and category = '*'
                    and item_type in (item.item_type, '*') and ended_at is null order by item_type = '*' limit 1), true)`;
