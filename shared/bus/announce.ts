import { actorLabel } from "@lienthong/auth/actor.ts";
import type { Transaction } from "@lienthong/database/transaction.ts";
import { traceHeaders } from "@lienthong/telemetry/trace.ts";
import { type EventState, type EventType, shardOf, subjectOf } from "./event.ts";

/**
 * Announces events in the command's own transaction: they are published if, and only if, that commits. The rows of the
 * outbox are written in this order when the work is done.
 * @param events the state after the change; `version` as the statement that changed the row returned it
 */
export function announce<Event extends EventState>(tx: Transaction, type: EventType<Event>, ...events: Event[]): void {
  for (const event of events) put(tx, type, event, false);
}

/** Tells a state again that has not changed, with its version as it is, for consumers that are new or have drifted. */
export function announceAgain<Event extends EventState>(tx: Transaction, type: EventType<Event>, event: Event): void {
  put(tx, type, event, true);
}

function put<Event extends EventState>(
  tx: Transaction,
  type: EventType<Event>,
  event: Event,
  republished: boolean,
): void {
  if (event.version <= 0n) throw new Error(`${type.$type} of ${event.id} has no version`);
  tx.announced.push({
    shard: shardOf(event.id),
    subject: subjectOf(type),
    aggregate: event.id,
    version: event.version,
    headers: {
      ...traceHeaders(),
      "ce-type": type.$type,
      "ce-time": tx.now.toISOString(),
      actor: actorLabel(tx.actor),
      library: "libraryId" in event ? String(event.libraryId) : "",
      ...(republished ? { republished: "true" } : {}),
    },
    payload: type.encode(event).finish(),
    republished,
  });
}
