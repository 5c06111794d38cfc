import { actorLabel } from "@lienthong/auth/actor.ts";
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
  await put(tx, type, event, false);
}

/** Tells a state again that has not changed, with its version as it is, for consumers that are new or have drifted. */
export async function announceAgain<Event extends EventState>(
  tx: Transaction,
  type: EventType<Event>,
  event: Event,
): Promise<void> {
  await put(tx, type, event, true);
}

async function put<Event extends EventState>(
  tx: Transaction,
  type: EventType<Event>,
  event: Event,
  republished: boolean,
) {
  if (event.version <= 0n) throw new Error(`${type.$type} of ${event.id} has no version`);
  const headers = {
    ...traceHeaders(),
    "ce-type": type.$type,
    "ce-time": tx.now.toISOString(),
    actor: actorLabel(tx.actor),
    library: "libraryId" in event ? String(event.libraryId) : "",
    ...(republished ? { republished: "true" } : {}),
  };
  await run(
    tx,
    sql`
    insert into outbox (shard, subject, aggregate, version, headers, payload, republished)
    values (${shardOf(event.id)}, ${subjectOf(type)}, ${event.id}, ${event.version}, ${headers},
            ${Buffer.from(type.encode(event).finish())}, ${republished})`,
  );
  tx.announced = true;
}
