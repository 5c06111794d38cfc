import type { JsMsg } from "@nats-io/jetstream";
import { faultPoint } from "@lienthong/config/fault-point.ts";
import type { Database } from "@lienthong/database/database.ts";
import { isDatabaseAway } from "@lienthong/database/errors.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { applyApart, applyEvents, setAside } from "./apply.ts";
import { type Consumer, type Envelope, Undecodable } from "./consumer.ts";

/** How hard a service tries to apply what it hears; tests of faults shorten it. */
export type Patience = {
  /** An event that is not acknowledged so long is brought again. */
  ackWaitMs: number;
  /** An event that a process could not apply so often is set aside. */
  triesMax: number;
  /** The wait before the nth try is this times 3 to the nth; with six tries they add up to some three minutes. */
  againAfterMs: number;
  /** Events older than this, and a stream that could not be looked at for so long, are heard late. */
  lateSeconds: number;
};

export const usualPatience: Patience = { ackWaitMs: 30_000, triesMax: 6, againAfterMs: 500, lateSeconds: 300 };

const awayRestMs = 3_000;
// More that wait for their next try would keep the bus from bringing others: beyond it an event is set aside at once.
const waitingMax = 200;

export type Taker = (batch: readonly JsMsg[]) => Promise<void>;

/** Applies batches: what is brought again goes apart from what is new, so that one that fails keeps no others waiting. */
export function taker(
  database: Database,
  service: string,
  consumers: readonly Consumer[],
  log: Log,
  patience: Patience,
): Taker {
  // How often each has failed here, and the time after which it has certainly been brought again, here or to another process.
  // The bus counts how often it brought an event: also while the database was away, and when a service stopped.
  const failing = new Map<string, { tries: number; until: number }>();

  async function together(batch: readonly JsMsg[]): Promise<void> {
    try {
      await applyEvents(database, service, consumers, batch.map(envelopeOf), log);
      acknowledge(batch);
    } catch (error) {
      // No fault of the events: they come again, all of them, when the database may be back.
      if (isDatabaseAway(error)) laterAll(batch, error);
      else await apart(batch);
    }
  }

  async function apart(batch: readonly JsMsg[]): Promise<void> {
    const messages = new Map(batch.map((message) => [envelopeOf(message), message]));
    try {
      const failed = await applyApart(database, service, consumers, [...messages.keys()], log);
      acknowledge([...messages].flatMap(([event, message]) => (failed.has(event) ? [] : message)));
      const hopeless = [...failed].filter(([event, error]) => !tryLater(event, messages.get(event)!, error));
      if (hopeless.length > 0) await giveUp(hopeless, messages);
    } catch (error) {
      laterAll(batch, error);
    }
  }

  function acknowledge(batch: readonly JsMsg[]): void {
    faultPoint("K7");
    for (const message of batch) {
      message.ack();
      failing.delete(idOf(message));
    }
  }

  function laterAll(batch: readonly JsMsg[], error: unknown): void {
    log.warn({ err: error, events: batch.length }, "events wait for the database");
    for (const message of batch) message.nak(awayRestMs);
  }

  /** @returns false when the event is not worth another try, or too many others wait for theirs */
  function tryLater(event: Envelope, message: JsMsg, error: unknown): boolean {
    const tries = triesOf(message) + 1;
    if (error instanceof Undecodable || tries >= patience.triesMax || (tries === 1 && crowded())) return false;
    const waitMs = patience.againAfterMs * 3 ** tries;
    failing.set(idOf(message), { tries, until: Date.now() + waitMs + patience.ackWaitMs });
    log.warn({ err: error, subject: event.subject, tries }, "an event could not be applied; it is tried again");
    message.nak(waitMs);
    return true;
  }

  /** Whether so many wait for their next try that no other may. One whose end came elsewhere waits no more. */
  function crowded(): boolean {
    if (failing.size < waitingMax) return false;
    const now = Date.now();
    for (const [id, { until }] of failing) if (until < now) failing.delete(id);
    return failing.size >= waitingMax;
  }

  async function giveUp(hopeless: [Envelope, unknown][], messages: Map<Envelope, JsMsg>): Promise<void> {
    try {
      await setAside(database, service, hopeless);
    } catch (error) {
      // Without a database nothing can be set aside: the bus keeps the events and brings them again.
      log.warn({ err: error, events: hopeless.length }, "events could be neither applied nor set aside");
      for (const [event] of hopeless) messages.get(event)!.nak(patience.ackWaitMs);
      return;
    }
    for (const [event, error] of hopeless) {
      const message = messages.get(event)!;
      const tries = triesOf(message) + 1;
      message.ack();
      failing.delete(idOf(message));
      log.error({ err: error, subject: event.subject, tries, runbook: "dead-letter" }, "an event was set aside");
    }
  }

  const triesOf = (message: JsMsg) => failing.get(idOf(message))?.tries ?? 0;

  return async (batch) => {
    const fresh = batch.filter((message) => message.info.deliveryCount === 1);
    const again = batch.filter((message) => message.info.deliveryCount > 1);
    if (fresh.length > 0) await together(fresh);
    if (again.length > 0) await apart(again);
  };
}

const idOf = (message: JsMsg) => String(message.seq);

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
    sequence: message.seq,
  };
}
