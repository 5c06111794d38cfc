import { AckPolicy, DeliverPolicy } from "@nats-io/jetstream";
import type { Bus } from "./connection.ts";
import { streamOf } from "./event.ts";
import { hashOf, madeAt, slotKey, slotMs, type Slot } from "./id-slots.ts";
import { publishedAs } from "./publish.ts";
import { absent } from "./stream.ts";

const messagesAtOnce = 5_000;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type Stretch = {
  from: number;
  to: number;
  /** Ids made earlier are passed over. */
  since: number;
  /** Milliseconds: the first place at which an id was made later is told. */
  until: number;
  each?: (id: string) => void;
};

/** The ids on the bus, by shard and ten minutes. */
export type BusIds = {
  slots: Map<string, Slot>;
  /** The last place that was read, and the id there. */
  lastSequence: number;
  lastId: string | undefined;
  /** No id before this place was made after `until`. */
  fromSequence: number;
};

/**
 * Reads the ids of a stretch of a service's own stream, headers only.
 * @throws Error when the stretch could not be read to its end
 */
export async function readBus(bus: Bus, { from, to, since, until, each }: Stretch): Promise<BusIds> {
  const found: BusIds = { slots: new Map(), lastSequence: to, lastId: undefined, fromSequence: to + 1 };
  if (from > to) return found;
  const stream = streamOf(bus.service);
  const name = `${bus.service}-reconcile`;
  // One that was left behind by a kill begins elsewhere.
  await bus.manage.consumers.delete(stream, name).catch(absent);
  const made = await bus.manage.consumers.add(stream, {
    name,
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: Math.max(1, from),
    headers_only: true,
    mem_storage: true,
    inactive_threshold: 30_000_000_000,
  });
  const consumer = await bus.publish.consumers.get(stream, name);
  let pending = made.num_pending;
  for (let reached = 0; pending > 0 && reached < to; ) {
    const before = pending;
    for await (const message of await consumer.fetch({ max_messages: messagesAtOnce, expires: 5_000 })) {
      reached = message.seq;
      pending = message.info.pending;
      const id = publishedAs(message.headers);
      if (reached === to) found.lastId = id;
      if (uuid.test(id)) note(found, id, Number(message.headers?.get("shard")), reached, since, until);
      each?.(id);
      if (pending === 0) break;
    }
    if (pending === before) throw new Error(`The stream ${stream} could not be read to its end: ${pending} are left`);
  }
  await bus.manage.consumers.delete(stream, name);
  return found;
}

function note(found: BusIds, id: string, shard: number, sequence: number, since: number, until: number): void {
  const made = madeAt(id);
  if (made >= until && sequence < found.fromSequence) found.fromSequence = sequence;
  if (made < since) return;
  const time = Math.floor(made / slotMs);
  const key = slotKey({ shard, time });
  const slot = found.slots.get(key) ?? { shard, time, count: 0, hash: 0n, firstSequence: sequence };
  slot.count += 1;
  slot.hash ^= hashOf(id);
  found.slots.set(key, slot);
}
