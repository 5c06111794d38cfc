import { serviceActor } from "@lienthong/auth/actor.ts";
import { faultPoint } from "@lienthong/config/fault-point.ts";
import type { Database } from "@lienthong/database/database.ts";
import { isDatabaseAway } from "@lienthong/database/errors.ts";
import { writeOutbox } from "@lienthong/database/outbox.ts";
import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { counter } from "@lienthong/telemetry/metric.ts";
import { type Consumer, type Envelope, Undecodable } from "./consumer.ts";
import { subjectOf } from "./event.ts";
import { knownIds, notePlace, rememberedDays, takeIn } from "./inbox.ts";

const heard = counter(
  "events_heard_total",
  "Events by what became of them: applied, duplicate, unknown, other-body, too-old",
);

// A day less than the inbox remembers: what is younger is certainly known if it was applied.
const surelyKnownMs = (rememberedDays - 1) * 24 * 3600 * 1000;
// Lost to another transaction: the whole batch is tried again, nothing is wrong with the event. One that waited for a row in
// vain is tried again by itself: the others have no reason to wait for that row too.
const lost = new Set(["40001", "40P01"]);

type Counts = Map<string, number>;

/**
 * Applies events in one transaction, all or none: their inbox rows and their effects. What the inbox knows already is passed
 * over; the same id with another body is an alarm and is not applied; an event this release does not know is skipped.
 * @param whateverAge also effects of events older than the inbox remembers: somebody has decided so
 */
export async function applyEvents(
  database: Database,
  service: string,
  consumers: readonly Consumer[],
  events: readonly Envelope[],
  log: Log,
  whateverAge = false,
): Promise<void> {
  const counts = await database.transact(serviceActor(service), async (tx) => {
    const counts = await applyIn(tx, service, consumers, events, log, whateverAge);
    await notePlace(tx, service, events);
    return counts;
  });
  tell(counts);
}

/**
 * Applies events in one transaction, each apart with what it announces: one that fails undoes nothing of the others.
 * @returns those that failed, each with its error
 * @throws what concerns all of them, such as that the database is away
 */
export async function applyApart(
  database: Database,
  service: string,
  consumers: readonly Consumer[],
  events: readonly Envelope[],
  log: Log,
): Promise<Map<Envelope, unknown>> {
  const { counts, failed } = await database.transact(serviceActor(service), async (tx) => {
    const failed = new Map<Envelope, unknown>();
    const counts: Counts = new Map();
    // No consumer needs the order in which they came; in the order of their aggregates two batches lock alike.
    for (const event of events.toSorted(byAggregate)) {
      const announced = tx.announced.length;
      await run(tx, sql`savepoint apart`);
      try {
        const applied = await applyIn(tx, service, consumers, [event], log, false);
        await writeOutbox(tx);
        await run(tx, sql`release savepoint apart`);
        for (const [outcome, by] of applied) add(counts, outcome, by);
      } catch (error) {
        if (isDatabaseAway(error) || lost.has((error as { code?: string }).code ?? "")) throw error;
        await run(tx, sql`rollback to savepoint apart`);
        tx.announced.length = announced;
        tx.written = announced;
        failed.set(event, error);
      }
    }
    await notePlace(
      tx,
      service,
      events.filter((event) => !failed.has(event)),
    );
    return { counts, failed };
  });
  tell(counts);
  return failed;
}

async function applyIn(
  tx: Transaction,
  service: string,
  consumers: readonly Consumer[],
  events: readonly Envelope[],
  log: Log,
  whateverAge: boolean,
): Promise<Counts> {
  for (const event of events) checkEnvelope(consumers, event);
  const doubtful = whateverAge ? new Set<Envelope>() : await setTooOldAside(tx, service, consumers, events, log);
  const certain = doubtful.size === 0 ? events : events.filter((event) => !doubtful.has(event));
  const { fresh, otherBody } = await takeIn(tx, service, certain, log);
  faultPoint("K6");
  let unknown = 0;
  const byType = Map.groupBy(fresh, (event) => event.headers["ce-type"] ?? "");
  for (const [type, ofType] of byType) {
    const mine = consumers.filter((consumer) => consumer.type.$type === type);
    if (mine.length === 0) unknown += ofType.length;
    for (const consumer of mine) await consumer.apply(tx, ofType);
  }
  return new Map([
    ["applied", fresh.length - unknown],
    ["unknown", unknown],
    ["duplicate", certain.length - fresh.length],
    ["other-body", otherBody],
    ["too-old", doubtful.size],
  ]);
}

/**
 * Sets aside what may have had its effect so long ago that the inbox has forgotten it. The bus and the archive do not keep
 * events so long: one that comes nevertheless was replayed by hand, or waited in an outbox all the time.
 */
async function setTooOldAside(
  tx: Transaction,
  service: string,
  consumers: readonly Consumer[],
  events: readonly Envelope[],
  log: Log,
): Promise<Set<Envelope>> {
  const effects = new Set(consumers.filter(({ keeps }) => keeps === "effects").map(({ type }) => type.$type));
  const tooOld = events.filter(
    ({ headers }) =>
      effects.has(headers["ce-type"] ?? "") && tx.now.getTime() - Date.parse(headers["ce-time"] ?? "") > surelyKnownMs,
  );
  if (tooOld.length === 0) return new Set();
  const ids = tooOld.map(({ id }) => id);
  const known = await knownIds(tx, service, ids);
  const doubtful = tooOld.filter(({ id }) => !known.has(id.toLowerCase()));
  for (const event of doubtful) {
    await putAside(
      tx,
      service,
      event,
      new Error(`It is older than ${rememberedDays - 1} days: it may have had its effect`),
      true,
    );
    log.error(
      { eventId: event.id, subject: event.subject, runbook: "dead-letter" },
      "an event is too old to be judged",
    );
  }
  return new Set(doubtful);
}

/** Sets events aside, each with its reason, so that the others go on. */
export async function setAside(
  database: Database,
  service: string,
  events: readonly (readonly [Envelope, unknown])[],
): Promise<void> {
  await database.transact(serviceActor(service), async (tx) => {
    for (const [event, error] of events) await putAside(tx, service, event, error);
  });
}

async function putAside(
  tx: Transaction,
  service: string,
  event: Envelope,
  error: unknown,
  tooOld = false,
): Promise<void> {
  await run(
    tx,
    sql`
    insert into dead_letter (consumer, event_id, subject, headers, payload, error, too_old)
    values (${service}, ${isUuid(event.id) ? event.id : null}, ${event.subject}, ${event.headers},
            ${Buffer.from(event.payload)}, ${error instanceof Error ? (error.stack ?? error.message) : String(error)},
            ${tooOld})
    on conflict do nothing`,
  );
}

/**
 * An event is its owner's only on its own subject: there the bus lets nobody else publish. On a subject of their own
 * another service could say of it whatever they like, and is not believed.
 * @throws Undecodable, so that it is set aside for people to see
 */
function checkEnvelope(consumers: readonly Consumer[], { id, subject, headers }: Envelope): void {
  if (!isUuid(id)) throw new Undecodable(`An event on ${subject} has no id`);
  // The server adds these to what a stream copies for somebody; what an owner publishes never has them.
  const copied = headers["Nats-Stream"] ?? headers["Nats-Stream-Source"];
  if (copied !== undefined) throw new Undecodable(`An event on ${subject} was copied there by a stream`);
  const meant = consumers.find((consumer) => consumer.type.$type === headers["ce-type"]);
  if (meant && subjectOf(meant.type) !== subject)
    throw new Undecodable(
      `An event on ${subject} says that it is ${meant.type.$type}, which belongs to ${meant.owner}`,
    );
}

const byAggregate = (a: Envelope, b: Envelope) => (a.aggregate < b.aggregate ? -1 : a.aggregate > b.aggregate ? 1 : 0);

const add = (counts: Counts, outcome: string, by: number) => counts.set(outcome, (counts.get(outcome) ?? 0) + by);

function tell(counts: Counts): void {
  for (const [outcome, by] of counts) if (by > 0) heard.add(by, { outcome });
}

const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
