import type { Transaction } from "@lienthong/database/transaction.ts";
import { inSpan } from "@lienthong/telemetry/trace.ts";
import { type EventState, type EventType, ownerOf } from "./event.ts";

/** What came with an event besides its state. */
export type Envelope = {
  id: string;
  subject: string;
  aggregate: string;
  version: bigint;
  headers: Record<string, string>;
  payload: Uint8Array;
  /** Its place in the stream; absent where it did not come over the bus. */
  sequence?: number;
};

/** What a service does when it hears an event. */
export type Consumer = {
  readonly type: EventType<never>;
  readonly owner: string;
  /** A state may be applied whenever it comes, its version decides; an effect hangs on the inbox alone. */
  readonly keeps: "states" | "effects";
  /** Applies events of its type that the inbox did not know, in the order in which they came. */
  apply(tx: Transaction, envelopes: readonly Envelope[]): Promise<void>;
};

/** An event's payload could not be read: trying again would not help. */
export class Undecodable extends Error {}

/**
 * Declares what is done when an event is heard. It runs in one transaction with the inbox row of the event, as the
 * service's own actor; the event is acknowledged after the commit. Its effect happens once, by the inbox: an event older
 * than what the inbox remembers is set aside for people.
 */
export function consumer<Event extends EventState>(
  type: EventType<Event>,
  apply: (tx: Transaction, event: Event, envelope: Envelope) => Promise<void>,
): Consumer {
  return {
    type: type as unknown as EventType<never>,
    owner: ownerOf(type),
    keeps: "effects",
    async apply(tx, envelopes) {
      for (const envelope of envelopes)
        await inSpan(spanOf(type), { parent: envelope.headers }, () => apply(tx, decode(type, envelope), envelope));
    },
  };
}

/**
 * Declares how a projection of states is written: of the aggregates in a batch only the newest state of each comes, all in
 * one call and in the order of their ids, so that one statement writes them and two batches lock alike.
 * It must take a state where its version is at least the known one, and then alone: states come late, again, and out of order.
 */
export function projection<Event extends EventState>(
  type: EventType<Event>,
  apply: (tx: Transaction, events: readonly Event[]) => Promise<void>,
): Consumer {
  return {
    type: type as unknown as EventType<never>,
    owner: ownerOf(type),
    keeps: "states",
    async apply(tx, envelopes) {
      const newest = new Map<string, Event>();
      for (const envelope of envelopes) {
        const event = decode(type, envelope);
        const known = newest.get(event.id);
        if (known === undefined || known.version <= event.version) newest.set(event.id, event);
      }
      const events = [...newest.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
      // A batch is one step; it stands in the trace of the event that began it.
      const parent = envelopes[0]?.headers ?? {};
      await inSpan(spanOf(type), { parent, attributes: { events: envelopes.length } }, () => apply(tx, events));
    },
  };
}

const spanOf = (type: { readonly $type: string }) => `hear ${type.$type.split(".").at(-1)}`;

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
