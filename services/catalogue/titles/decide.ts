import { acrossLibraries } from "@lienthong/database/across-libraries.ts";
import { all, one, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { DecideMatchRequest, DecideMatchResponse, ReviewPair } from "@lienthong/proto/catalogue/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { notFound } from "@lienthong/rpc/fault.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { anId, checked } from "../asked.ts";
import { comparePairs } from "./compare.ts";
import { contradictedBy, type StaffFact } from "./facts.ts";
import { formTitles, keepTitles, lockTitles } from "./regroup.ts";

export const refuse = refusals("catalogue.decide-match", {
  "same-record": "A record cannot be compared with itself.",
  contradicts: "Other decisions say the contrary; change one of these first.",
});

/** Says of two records that they are one edition, or are not. One of them must be of the caller's library. */
export const DecideMatch = command<DecideMatchRequest, DecideMatchResponse>((ask, caller) => {
  const decision = checked(shape, ask);
  return caller.as(async (tx) => outcome(await decideMatch(tx, decision), "pair", (pair) => pair));
});

const shape = z.object({
  a: anId,
  b: anId,
  says: z.enum(["same", "different"], "same or different"),
  reason: z.string().max(500, "at most 500 characters"),
});

type Decision = z.output<typeof shape>;
type RecordRow = { id: string; libraryId: string; sourceKey: string };

/** Keeps what staff say of a pair, and forms the titles of both anew. The latest word on a pair holds. */
export async function decideMatch(tx: Transaction, decision: Decision): Promise<ReviewPair | Refusal> {
  if (decision.a === decision.b) return refuse("same-record");
  await lockTitles(tx);
  const rows = await all<RecordRow>(
    tx,
    sql`
    select id, library_id as "libraryId", source_key as "sourceKey" from record
    where id in (${decision.a}, ${decision.b}) order by id`,
  );
  const [a, b] = rows;
  if (!a || !b || !rows.some((row) => row.libraryId === tx.actor.libraryId)) throw notFound("pair of records");

  // From here on it is about all the records that are or were one with these, whichever libraries' they are.
  return acrossLibraries(tx, () => decide(tx, a, b, decision));
}

async function decide(tx: Transaction, a: RecordRow, b: RecordRow, decision: Decision): Promise<ReviewPair | Refusal> {
  const asked: StaffFact = { a: a.sourceKey, b: b.sourceKey, says: decision.says, at: tx.now.getTime() };
  const chain = contradictedBy(await factsAround(tx, [a.id, b.id]), asked);
  if (chain) return refuse("contradicts", { chain: chain.join(" – ") });
  const fact = await one<{ id: string }>(
    tx,
    sql`
    insert into match_fact (a, b, a_library, b_library, says, reason, decided_by)
    values (${a.id}, ${b.id}, ${a.libraryId}, ${b.libraryId}, ${decision.says}, ${decision.reason},
            ${tx.actor.personId ?? tx.actor.id})
    returning id`,
  );
  await keepTitles(tx, await formTitles(tx, { written: [], ids: [a.id, b.id], formerKeys: [] }), []);
  await comparePairs(tx, [a.id, b.id]);
  await run(tx, sql`delete from record_to_compare where record_id in (${a.id}, ${b.id})`);
  return { id: fact.id, a: a.id, b: b.id, reason: decision.reason };
}

/** All facts on the records that facts saying `same` join with these. */
const factsAround = (tx: Transaction, ids: readonly string[]): Promise<StaffFact[]> =>
  all<StaffFact>(
    tx,
    sql`
    with recursive joined(id) as (
      select unnest(${ids}::uuid[])
      union
      select case when match_fact.a = joined.id then match_fact.b else match_fact.a end
      from joined join match_fact on joined.id in (match_fact.a, match_fact.b) and says = 'same')
    select a.source_key as a, b.source_key as b, says, (extract(epoch from decided_at) * 1000)::float8 as at
    from match_fact join record a on a.id = match_fact.a join record b on b.id = match_fact.b
    where match_fact.a in (select id from joined) or match_fact.b in (select id from joined)`,
  );
