import type { Transaction } from "@lienthong/database/transaction.ts";
import { type EventState, type EventType, ownerOf } from "./event.ts";

/** What came with an event besides its state. */
export type Envelope = {
  id: string;
  subject: string;
  aggregate: string;
  version: bigint;
  headers: Record<string, string>;
  payload: Uint8Array;
};

/** What a service does when it hears an event. */
export type Consumer = {
  readonly type: EventType<never>;
  readonly owner: string;
  apply(tx: Transaction, envelope: Envelope): Promise<void>;
};

/** An event's payload could not be read: trying again would not help. */
export class Undecodable extends Error {}

/**
 * Declares what is done when an event is heard. It runs in one transaction with the inbox row of the event, as the
 * service's own actor; the event is acknowledged after the commit.
 * A state is applied where its version is at least the known one; an effect happens once, by the inbox.
 */
export function consumer<Event extends EventState>(
  type: EventType<Event>,
  apply: (tx: Transaction, event: Event, envelope: Envelope) => Promise<void>,
): Consumer {
  return {
    type: type as unknown as EventType<never>,
    owner: ownerOf(type),
    apply: (tx, envelope) => apply(tx, decode(type, envelope), envelope),
  };
}

function decode<Event extends EventState>(type: EventType<Event>, envelope: Envelope): Event {
  let event: Event;
  try {
    event = type.decode(envelope.payload);
  } catch (cause) {
    throw new Undecodable(`${type.$type} cannot be read`, { cause });
  }
  if (event.id !== envelope.aggregate || event.version <= 0n) {
    throw new Undecodable(`${type.$type} says aggregate ${event.id}, its envelope ${envelope.aggregate}`);
  }
  return event;
}
