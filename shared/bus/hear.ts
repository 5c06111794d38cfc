import { setTimeout as pause } from "node:timers/promises";
import { AckPolicy, type ConsumerMessages, DeliverPolicy, type JsMsg } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { faultPoint } from "@lienthong/config/fault-point.ts";
import type { Database } from "@lienthong/database/database.ts";
import { isDatabaseAway } from "@lienthong/database/errors.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { applyEvents, setAside } from "./apply.ts";
import type { Bus } from "./connection.ts";
import { type Consumer, type Envelope, Undecodable } from "./consumer.ts";
import { streamOf } from "./event.ts";
import { absent } from "./stream.ts";

// A batch is what has come while the last one was applied, at most this many events in one transaction.
const batchEventsMax = 200;
// An event that could not be applied so often is set aside. The waits between add up to about two minutes.
const triesMax = 6;
const ackWaitMs = 30_000;
const restMs = 1_000;
const awayRestMs = 3_000;

export type Hearing = { stop(): Promise<void> };

/** Hears the streams of all services whose events a service consumes: one durable consumer each, named after the service. */
export function startHearing(database: Database, bus: Bus, consumers: readonly Consumer[], log: Log): Hearing {
  const owners = [...new Set(consumers.map((consumer) => consumer.owner))];
  const streams = owners.map((owner) => hearStream(database, bus, owner, consumers, log));
  return { stop: async () => void (await Promise.all(streams.map((stream) => stream.stop()))) };
}

function hearStream(database: Database, bus: Bus, owner: string, consumers: readonly Consumer[], log: Log): Hearing {
  const stopping = new AbortController();
  let messages: ConsumerMessages | undefined;
  async function run() {
    while (!stopping.signal.aborted) {
      try {
        messages = await subscribe(bus, streamOf(owner));
        if (stopping.signal.aborted) break;
        await inBatches(messages, (batch) => take(database, bus.service, consumers, batch, log));
      } catch (error) {
        // The owner's stream may not be there yet, or the bus was wiped: the owner declares it again, and we come back.
        if (!stopping.signal.aborted) log.debug({ err: error, stream: owner }, "not hearing a stream; trying again");
      }
      await pause(restMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await messages?.close();
      await running;
    },
  };
}

async function subscribe(bus: Bus, stream: string): Promise<ConsumerMessages> {
  const known = await bus.manage.consumers.info(stream, bus.service).catch(absent);
  if (!known) {
    await bus.manage.consumers.add(stream, {
      durable_name: bus.service,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWaitMs),
      deliver_policy: DeliverPolicy.All,
      max_ack_pending: 1_000,
    });
  }
  const consumer = await bus.publish.consumers.get(stream, bus.service);
  return consumer.consume({ max_messages: 500, idle_heartbeat: 5_000, abort_on_missing_resource: true });
}

/** Hands on what has come, as it comes; while a batch is at work the next one gathers. */
async function inBatches(messages: ConsumerMessages, work: (batch: JsMsg[]) => Promise<void>): Promise<void> {
  const waiting: JsMsg[] = [];
  let arrived = Promise.withResolvers<void>();
  let ended = false;
  let failed: { error: unknown } | undefined;
  const gather = async () => {
    for await (const message of messages) {
      waiting.push(message);
      arrived.resolve();
    }
  };
  // The stream may vanish while a batch is at work, when nobody waits for the gathering: its error is kept until then.
  const gathering = gather()
    .catch((error: unknown) => {
      failed = { error };
    })
    .finally(() => {
      ended = true;
      arrived.resolve();
    });
  while (!ended) {
    await arrived.promise;
    arrived = Promise.withResolvers<void>();
    while (waiting.length > 0) await work(waiting.splice(0, batchEventsMax));
  }
  await gathering;
  if (failed) throw failed.error;
}

async function take(database: Database, service: string, consumers: readonly Consumer[], batch: JsMsg[], log: Log) {
  try {
    await applyEvents(database, service, consumers, batch.map(envelopeOf), log);
    faultPoint("K7");
    for (const message of batch) message.ack();
  } catch (error) {
    // No fault of the events: they come again, all of them, when the database may be back.
    if (isDatabaseAway(error)) return laterAll(batch, error, log);
    if (batch.length > 1) for (const message of batch) await take(database, service, consumers, [message], log);
    else for (const message of batch) await tryLater(database, service, message, error, log);
  }
}

function laterAll(batch: JsMsg[], error: unknown, log: Log): void {
  log.warn({ err: error, events: batch.length }, "events wait for the database");
  for (const message of batch) message.nak(awayRestMs);
}

async function tryLater(database: Database, service: string, message: JsMsg, error: unknown, log: Log): Promise<void> {
  const tries = message.info.deliveryCount;
  const hopeless = error instanceof Undecodable || tries >= triesMax;
  if (!hopeless) {
    message.nak(500 * 3 ** tries);
    return;
  }
  try {
    await setAside(database, service, envelopeOf(message), error);
    message.ack();
    log.error({ err: error, subject: message.subject, runbook: "dead-letter" }, "an event was set aside");
  } catch (cause) {
    // Without a database nothing can be set aside: the bus keeps the event and brings it again.
    log.warn({ err: cause, subject: message.subject }, "an event could be neither applied nor set aside");
    message.nak(ackWaitMs);
  }
}

/** A message of the bus as consumers see it. */
export function envelopeOf(message: JsMsg): Envelope {
  const headers: Record<string, string> = {};
  for (const [name, values] of message.headers ?? []) headers[name] = values.at(-1) ?? "";
  return {
    id: headers["ce-id"] ?? "",
    subject: message.subject,
    aggregate: headers["ce-subject"] ?? "",
    version: /^\d{1,19}$/.test(headers.version ?? "") ? BigInt(headers.version ?? 0) : 0n,
    headers,
    payload: message.data,
  };
}
