import { createHash } from "node:crypto";
import { all, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import type { Envelope } from "./consumer.ts";

/** How long an applied event is remembered; longer than the bus and the owner's archive keep it. */
export const rememberedDays = 35;

export type Taken = {
  /** The events that were not known, in the order in which they came. */
  fresh: Envelope[];
  /** How many came under a known id with another body. */
  otherBody: number;
};

/** Writes the inbox rows of events. The same id with another body is an alarm. */
export async function takeIn(tx: Transaction, service: string, events: readonly Envelope[], log: Log): Promise<Taken> {
  const hashes = new Map<string, Buffer>();
  const distinct: Envelope[] = [];
  let otherBody = 0;
  const alarm = (id: string) => {
    otherBody += 1;
    log.error(
      { eventId: id, runbook: "event-with-other-body" },
      "an event came again with another body and was not applied",
    );
  };
  for (const event of events) {
    const hash = createHash("sha256").update(event.payload).digest();
    const before = hashes.get(event.id);
    if (before === undefined) {
      hashes.set(event.id, hash);
      distinct.push(event);
    } else if (!before.equals(hash)) alarm(event.id);
  }
  const written = await all<{ id: string }>(
    tx,
    sql`
    insert into inbox (consumer, event_id, kind, aggregate, version, body_hash)
    select ${service}, event.* from unnest(
      ${distinct.map((event) => event.id)}::uuid[], ${distinct.map((event) => kindOf(event.subject))}::text[],
      ${distinct.map((event) => event.aggregate)}::text[], ${distinct.map((event) => event.version)}::bigint[],
      ${distinct.map((event) => hashes.get(event.id))}::bytea[]) event
    on conflict do nothing returning event_id as id`,
  );
  const ids = new Set(written.map((row) => row.id));
  const fresh = distinct.filter((event) => ids.has(event.id.toLowerCase()));
  if (fresh.length === distinct.length) return { fresh, otherBody };
  const known = distinct.filter((event) => !ids.has(event.id.toLowerCase()));
  const seen = await all<{ id: string; hash: Buffer }>(
    tx,
    sql`
    select event_id as id, body_hash as hash from inbox
    where consumer = ${service} and event_id = any(${known.map((event) => event.id)}::uuid[])`,
  );
  const keptHashes = new Map(seen.map((row) => [row.id, row.hash]));
  for (const { id } of known) if (!keptHashes.get(id.toLowerCase())?.equals(hashes.get(id)!)) alarm(id);
  return { fresh, otherBody };
}

/** Which of these events the inbox knows. */
export async function knownIds(tx: Transaction, service: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await all<{ id: string }>(
    tx,
    sql`select event_id as id from inbox where consumer = ${service} and event_id = any(${ids}::uuid[])`,
  );
  return new Set(rows.map((row) => row.id));
}

/** Notes where in the streams the newest of these events lies. Last before the commit: replicas of a service wait for it. */
export async function notePlace(tx: Transaction, service: string, events: readonly Envelope[]): Promise<void> {
  const newest = events.reduce<Envelope | undefined>(
    (found, event) => ((event.sequence ?? 0) > (found?.sequence ?? 0) ? event : found),
    undefined,
  );
  if (newest?.sequence === undefined) return;
  await run(
    tx,
    sql`
    insert into heard_place (consumer, stream, sequence, event_id)
    values (${service}, ${ownerIn(newest.subject)}, ${newest.sequence}, ${newest.id})
    on conflict (consumer, stream) do update set sequence = excluded.sequence, event_id = excluded.event_id
    where heard_place.sequence < excluded.sequence`,
  );
}

/** Service and aggregate of a subject: within it an aggregate's versions rise by one. */
const kindOf = (subject: string) => subject.split(".").slice(1, 3).join(".");
const ownerIn = (subject: string) => subject.split(".")[1] ?? "";
