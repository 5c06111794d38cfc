import { AckPolicy, DeliverPolicy } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import type { Database } from "@lienthong/database/database.ts";
import { sql } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import type { Bus } from "./connection.ts";
import { streamOf } from "./event.ts";
import { publishedAs } from "./publish.ts";
import { absent } from "./stream.ts";

// What one service may have taken and not acknowledged: it bounds its memory, however long the stream is.
const takenMax = 1_000;

/** How far a service is behind in a stream, and whether its consumer had to be made. */
export type Behind = { events: number; seconds: number; anew: boolean };

/**
 * Sees to it that the service's durable consumer of an owner's stream is there and stands where it can. One of a stream that
 * was rolled back would wait for places that are given out again: it is made anew, hears all from the beginning, and the
 * inbox passes over what is known.
 * @returns how far it is behind
 */
export async function keepPlace(
  database: Database,
  bus: Bus,
  owner: string,
  ackWaitMs: number,
  log: Log,
): Promise<Behind> {
  const stream = streamOf(owner);
  const { manage, service } = bus;
  const known = await manage.consumers.info(stream, service).catch(absent);
  const { state } = await manage.streams.info(stream);
  if (known && (known.ack_floor.stream_seq > state.last_seq || !(await stillThere(database, bus, owner, state)))) {
    log.error({ stream, runbook: "bus-lost-events" }, "a stream was rolled back; it is heard again from its beginning");
    await manage.consumers.delete(stream, service);
  } else if (known) {
    const events = known.num_pending + known.num_ack_pending;
    const next = events === 0 ? null : await manage.streams.getMessage(stream, { seq: known.ack_floor.stream_seq + 1 });
    const seconds = next ? Math.max(0, (Date.now() - next.time.getTime()) / 1000) : 0;
    return { events, seconds, anew: false };
  }
  await database.frame.query(sql`delete from heard_place where consumer = ${service} and stream = ${owner}`);
  await manage.consumers.add(stream, {
    durable_name: service,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ackWaitMs),
    deliver_policy: DeliverPolicy.All,
    max_ack_pending: takenMax,
  });
  return { events: state.messages, seconds: 0, anew: true };
}

/** Whether the newest event that was applied lies where it lay. */
async function stillThere(database: Database, bus: Bus, owner: string, state: { first_seq: number; last_seq: number }) {
  const { rows } = await database.frame.query<{ sequence: bigint; id: string }>(sql`
    select sequence, event_id as id from heard_place where consumer = ${bus.service} and stream = ${owner}`);
  const place = rows[0];
  // What is older than the stream keeps is rightly gone.
  if (!place || place.sequence < BigInt(state.first_seq)) return true;
  const message = await bus.manage.streams.getMessage(streamOf(owner), { seq: Number(place.sequence) });
  return message !== null && publishedAs(message.header).toLowerCase() === place.id;
}
