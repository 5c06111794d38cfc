import { randomUUID } from "node:crypto";
import type { Bus } from "@lienthong/bus/connection.ts";
import { LoanChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { headers } from "@nats-io/transport-node";
import { loanOf } from "./bus-stage.ts";

const batchEvents = 500;

/**
 * The bare part beside our own publishing: events of the same size and headers in atomic batches to a stream of their own,
 * without a database.
 * @returns milliseconds
 */
export async function bareBatches(bus: Bus, events: number): Promise<number> {
  await bus.manage.streams.add({
    name: "BARE",
    subjects: ["bare.>"],
    storage: "file",
    retention: "limits",
    discard: "new",
    allow_atomic: true,
  });
  const began = performance.now();
  for (let done = 0; done < events; done += batchEvents) {
    const size = Math.min(batchEvents, events - done);
    const all = Array.from({ length: size }, () => anEvent());
    const [first, last] = [all[0]!, all[size - 1]!];
    if (size === 1) {
      await bus.publish.publish("bare.loan", first.payload, { headers: first.headers });
      continue;
    }
    const batch = await bus.publish.startBatch("bare.loan", first.payload, { headers: first.headers });
    for (const { payload, headers } of all.slice(1, -1)) batch.add("bare.loan", payload, { headers });
    await batch.commit("bare.loan", last.payload, { headers: last.headers, timeout: 10_000 });
  }
  const took = performance.now() - began;
  await bus.manage.streams.delete("BARE");
  return took;
}

/** An event with the headers that the relay gives it. */
function anEvent() {
  const id = randomUUID();
  const aggregate = randomUUID();
  const envelope = headers();
  const attributes = {
    "Nats-Msg-Id": id,
    "ce-id": id,
    "ce-specversion": "1.0",
    "ce-source": "circulation",
    "ce-subject": aggregate,
    "ce-type": LoanChanged.$type,
    "ce-time": new Date().toISOString(),
    actor: "service:circulation",
    library: "VN-000001P",
    version: "1099511627777",
    shard: "7",
  };
  for (const [name, value] of Object.entries(attributes)) envelope.set(name, value);
  return { headers: envelope, payload: LoanChanged.encode(loanOf(aggregate, 2n ** 40n + 1n, 1)).finish() };
}

/** The bare part beside our own hearing: messages are drained from a stream in batches and handed on as they come. */
export async function bareDrain(
  bus: Bus,
  stream: string,
  batch: number,
  each: (messages: { id: string; version: bigint; renewals: number }[]) => Promise<void>,
): Promise<number> {
  await bus.manage.consumers.add(stream, {
    durable_name: "bare",
    ack_policy: "explicit",
    max_ack_pending: 1_000,
  });
  const consumer = await bus.publish.consumers.get(stream, "bare");
  const { num_pending } = await consumer.info();
  const began = performance.now();
  for (let left = num_pending; left > 0; ) {
    const taken = [];
    for await (const message of await consumer.fetch({ max_messages: Math.min(batch, left), expires: 5_000 }))
      taken.push(message);
    await each(taken.map((message) => LoanChanged.decode(message.data)));
    for (const message of taken) message.ack();
    left -= taken.length;
  }
  const took = performance.now() - began;
  await bus.manage.consumers.delete(stream, "bare");
  return took;
}
