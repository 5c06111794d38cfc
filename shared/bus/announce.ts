import { actorLabel } from "@lienthong/auth/actor.ts";
import { faultPoint } from "@lienthong/config/fault-point.ts";
import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { traceHeaders } from "@lienthong/telemetry/trace.ts";
import { type EventState, type EventType, shardOf, subjectOf } from "./event.ts";

/**
 * Writes an event into the outbox in the command's own transaction: it is published if, and only if, that commits.
 * @param event the state after the change; `version` as the statement that changed the row returned it
 */
export async function announce<Event extends EventState>(
  tx: Transaction,
  type: EventType<Event>,
  event: Event,
): Promise<void> {
  await putAll(tx, type, [event], false);
}

/** Announces many events of one type in one statement, in the order given: for work that changes hundreds of rows at once. */
export async function announceAll<Event extends EventState>(
  tx: Transaction,
  type: EventType<Event>,
  events: readonly Event[],
): Promise<void> {
  if (events.length === 0) return;
  await putAll(tx, type, events, false);
}

/** Tells a state again that has not changed, with its version as it is, for consumers that are new or have drifted. */
export async function announceAgain<Event extends EventState>(
  tx: Transaction,
  type: EventType<Event>,
  event: Event,
): Promise<void> {
  await putAll(tx, type, [event], true);
}

async function putAll<Event extends EventState>(
  tx: Transaction,
  type: EventType<Event>,
  events: readonly Event[],
  republished: boolean,
) {
  for (const event of events) {
    if (event.version <= 0n) throw new Error(`${type.$type} of ${event.id} has no version`);
  }
  const headers = {
    ...traceHeaders(),
    "ce-type": type.$type,
    "ce-time": tx.now.toISOString(),
    actor: actorLabel(tx.actor),
    ...(republished ? { republished: "true" } : {}),
  };
  faultPoint("K2");
  const libraries = events.map((event) => ("libraryId" in event ? String(event.libraryId) : ""));
  await run(
    tx,
    sql`
    insert into outbox (shard, subject, aggregate, version, headers, payload, republished)
    select shard, ${subjectOf(type)}, aggregate, version, ${headers}::jsonb || jsonb_build_object('library', library),
           payload, ${republished}
    from unnest(${events.map((event) => shardOf(event.id))}::smallint[], ${events.map((event) => event.id)}::text[],
                ${events.map((event) => event.version)}::bigint[], ${libraries}::text[],
                ${events.map((event) => Buffer.from(type.encode(event).finish()))}::bytea[])
      with ordinality as event(shard, aggregate, version, library, payload, place)
    order by place`,
  );
  tx.announced = true;
}
