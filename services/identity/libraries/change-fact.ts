import { one, optional, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Library } from "@lienthong/proto/identity/v1/library.ts";
import type { ChangeLibraryFactRequest, ChangeLibraryFactResponse } from "@lienthong/proto/identity/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { badInput } from "@lienthong/rpc/fault.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { aCode, aDay, checked, text } from "../asked.ts";
import { actForMinistry } from "../ministry.ts";
import { attributes, factProblem } from "./facts.ts";
import { announceLibrary, civilToday, libraryToday } from "./library.ts";

export const refuse = refusals("identity.change-library-fact", {
  "library-unknown": "No library has this code.",
  "before-founding": "The library was founded later than this day.",
});

export const ChangeLibraryFact = command<ChangeLibraryFactRequest, ChangeLibraryFactResponse>((ask, caller) => {
  const wanted = checked(shape, ask);
  const problem = factProblem(wanted.attribute, wanted.value, wanted.from);
  if (problem) throw badInput(problem);
  return caller.as(async (tx) => outcome(await changeFact(tx, wanted), "library", (library) => library));
});

const shape = z.object({
  libraryId: aCode,
  attribute: z.string(),
  value: z.string(),
  from: aDay,
  source: text(300),
});
export type NewFact = z.output<typeof shape>;

/** Says what is true of a library from a day on. What was true before stays known, what was told for later days too. */
export async function changeFact(tx: Transaction, wanted: NewFact): Promise<Library | Refusal> {
  const { libraryId, attribute, from } = wanted;
  const value = attributes[attribute]?.parse(wanted.value) ?? wanted.value;
  await actForMinistry(tx);
  const library = await optional<{ founded: string }>(
    tx,
    sql`select founded from library where id = ${libraryId} for update`,
  );
  if (!library) return refuse("library-unknown", { code: libraryId });
  if (from < library.founded) return refuse("before-founding", { founded: library.founded });

  const until = await endOf(tx, wanted);
  await run(
    tx,
    sql`
    insert into library_fact (library_id, attribute, value, valid, source, entered_by)
    values (${libraryId}, ${attribute}, ${value}, daterange(${from}, ${until}), ${wanted.source}, ${tx.actor.id})`,
  );
  await run(
    tx,
    sql`update library set version = next_version(version), told_on = ${await civilToday(tx)} where id = ${libraryId}`,
  );
  await announceLibrary(tx, libraryId);
  return libraryToday(tx, libraryId);
}

/**
 * Makes room for a fact from its day on. The fact that held on that day ends with it; one that began that very day was told
 * wrongly and is voided, but kept.
 * @returns the day on which the new fact ends, because another one was told for then
 */
async function endOf(tx: Transaction, { libraryId, attribute, from }: NewFact): Promise<string | null> {
  const held = await optional<{ id: string; sameDay: boolean; until: string | null }>(
    tx,
    sql`
    select id, lower(valid) = ${from}::date as "sameDay", upper(valid) as until from library_fact
    where library_id = ${libraryId} and attribute = ${attribute} and voided_at is null and valid @> ${from}::date`,
  );
  if (held?.sameDay) await run(tx, sql`update library_fact set voided_at = ${tx.now} where id = ${held.id}`);
  if (held && !held.sameDay) {
    await run(tx, sql`update library_fact set valid = daterange(lower(valid), ${from}) where id = ${held.id}`);
  }
  if (held) return held.until;
  const { next } = await one<{ next: string | null }>(
    tx,
    sql`
    select min(lower(valid)) as next from library_fact
    where library_id = ${libraryId} and attribute = ${attribute} and voided_at is null and lower(valid) > ${from}::date`,
  );
  return next;
}
