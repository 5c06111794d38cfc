import { createHash } from "node:crypto";
import { serviceActor } from "@lienthong/auth/actor.ts";
import { faultPoint } from "@lienthong/config/fault-point.ts";
import type { Database } from "@lienthong/database/database.ts";
import { all, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { counter } from "@lienthong/telemetry/metric.ts";
import { inSpan } from "@lienthong/telemetry/trace.ts";
import { type Consumer, type Envelope, Undecodable } from "./consumer.ts";
import { subjectOf } from "./event.ts";

const heard = counter("events_heard_total", "Events by what became of them: applied, duplicate, unknown, other-body");

/**
 * Applies events in one transaction: their inbox rows and their effects. What the inbox knows already is passed over;
 * the same id with another body is an alarm and is not applied; an event this release does not know is skipped.
 */
export async function applyEvents(
  database: Database,
  service: string,
  consumers: readonly Consumer[],
  events: readonly Envelope[],
  log: Log,
): Promise<void> {
  for (const event of events) checkEnvelope(consumers, event);
  await database.transact(serviceActor(service), async (tx) => {
    const fresh = await freshIds(tx, service, events, log);
    faultPoint("K6");
    for (const event of events) {
      const mine = consumers.filter((consumer) => consumer.type.$type === event.headers["ce-type"]);
      const outcome = mine.length === 0 ? "unknown" : fresh.delete(event.id) ? "applied" : "duplicate";
      heard.add(1, { outcome });
      if (outcome !== "applied") continue;
      for (const consumer of mine) {
        const name = `hear ${consumer.type.$type.split(".").at(-1)}`;
        await inSpan(name, { parent: event.headers }, () => consumer.apply(tx, event));
      }
    }
  });
}

/**
 * An event is its owner's only on its own subject: there the bus lets nobody else publish. On a subject of their own
 * another service could say of it whatever they like, and is not believed.
 * @throws Undecodable, so that it is set aside for people to see
 */
function checkEnvelope(consumers: readonly Consumer[], { id, subject, headers }: Envelope): void {
  if (!isUuid(id)) throw new Undecodable(`An event on ${subject} has no id`);
  // The server adds these to what a stream copies for somebody; what an owner publishes never has them.
  const copied = headers["Nats-Stream"] ?? headers["Nats-Stream-Source"];
  if (copied !== undefined) throw new Undecodable(`An event on ${subject} was copied there by a stream`);
  const meant = consumers.find((consumer) => consumer.type.$type === headers["ce-type"]);
  if (meant && subjectOf(meant.type) !== subject)
    throw new Undecodable(
      `An event on ${subject} says that it is ${meant.type.$type}, which belongs to ${meant.owner}`,
    );
}

/** Writes the inbox rows and returns the ids that were not there. */
async function freshIds(tx: Transaction, service: string, events: readonly Envelope[], log: Log): Promise<Set<string>> {
  const hashes = new Map(events.map((event) => [event.id, bodyHash(event)]));
  const fresh = await all<{ id: string }>(
    tx,
    sql`
    insert into inbox (consumer, event_id, aggregate, version, body_hash)
    select ${service}, event.* from unnest(
      ${events.map((event) => event.id)}::uuid[], ${events.map((event) => event.aggregate)}::text[],
      ${events.map((event) => event.version)}::bigint[], ${events.map((event) => bodyHash(event))}::bytea[]) event
    on conflict do nothing returning event_id as id`,
  );
  const ids = new Set(fresh.map((row) => row.id));
  const known = [...hashes.keys()].filter((id) => !ids.has(id));
  if (known.length > 0) {
    const seen = await all<{ id: string; hash: Buffer }>(
      tx,
      sql`
      select event_id as id, body_hash as hash from inbox where consumer = ${service} and event_id = any(${known}::uuid[])`,
    );
    for (const { id, hash } of seen) {
      if (hashes.get(id)?.equals(hash)) continue;
      heard.add(1, { outcome: "other-body" });
      log.error(
        { eventId: id, runbook: "event-with-other-body" },
        "an event came again with another body and was not applied",
      );
    }
  }
  return ids;
}

/** Sets an event aside with its reason, so that the others go on. */
export async function setAside(database: Database, service: string, event: Envelope, error: unknown): Promise<void> {
  await database.transact(serviceActor(service), async (tx) => {
    const id = isUuid(event.id) ? event.id : null;
    await run(
      tx,
      sql`
      insert into dead_letter (consumer, event_id, subject, headers, payload, error)
      values (${service}, ${id}, ${event.subject}, ${event.headers}, ${Buffer.from(event.payload)},
              ${error instanceof Error ? (error.stack ?? error.message) : String(error)})`,
    );
  });
}

const bodyHash = (event: Envelope) => createHash("sha256").update(event.payload).digest();
const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
