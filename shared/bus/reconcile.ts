import { type Database, longMsMax } from "@lienthong/database/database.ts";
import { sql } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { counter } from "@lienthong/telemetry/metric.ts";
import type pg from "pg";
import { archiveSlots, putBack, slotIds } from "./archive.ts";
import { type BusIds, readBus } from "./bus-ids.ts";
import type { Bus } from "./connection.ts";
import { streamOf } from "./event.ts";
import { sameIds, slotMs, type Slot } from "./id-slots.ts";
import { publishedAs } from "./publish.ts";

// The stream keeps 14 days; older events are in the archive only, and rightly so.
const comparedMs = 13 * 24 * 3600 * 1000;
// An id is made before its transaction commits: what is younger is compared, but not yet agreed upon.
const settledMs = 60_000;
// So many ids are held at once where slots differ.
const idsAtOnce = 100_000;

const refilled = counter("events_refilled_total", "Events that the bus had lost and that were put back");

type Agreement = {
  createdAt: string;
  lastSequence: bigint;
  lastId: string | null;
  fromSequence: bigint | null;
  until: Date;
};

/**
 * Compares the bus with the archive, count and hash of the ids by shard and ten minutes, and puts what the bus has lost
 * back into the outbox under its old id, so that those who heard it before pass over it. It begins where both last agreed;
 * a stream that was made anew, is shorter, or has another event at the place of the last agreement is compared whole.
 * @returns how many events were put back; 0 also while another replica compares
 * @throws Error when the stream could not be read to its end: what was not read must not count as lost
 */
export async function reconcile(database: Database, bus: Bus, log: Log): Promise<number> {
  const client = await database.relay.connect();
  let broken = true;
  try {
    const { rows } = await client.query<{ mine: boolean }>(sql`
      select pg_try_advisory_lock(hashtext('reconcile')) as mine,
             set_config('statement_timeout', ${String(longMsMax)}, false)`);
    const count = rows[0]?.mine ? await compare(client, bus, log) : 0;
    await client.query("select pg_advisory_unlock_all(); reset statement_timeout");
    broken = false;
    return count;
  } finally {
    // A connection that breaks off takes its lock with it.
    client.release(broken);
  }
}

async function compare(client: pg.PoolClient, bus: Bus, log: Log): Promise<number> {
  const stream = streamOf(bus.service);
  const agreed = await agreementOf(client, stream);
  const until = await settledUntil(client);
  const before = await bus.manage.streams.info(stream);
  const whole = !agreed || !(await stillAgrees(bus, stream, agreed, before.created, before.state.last_seq));
  const since = whole ? Date.now() - comparedMs : agreed.until.getTime();
  // What is archived was on the bus before: read first, all of it must be found there now.
  const archived = await archiveSlots(client, since);
  const info = await bus.manage.streams.info(stream);
  const found = await readBus(bus, {
    from: whole ? 1 : Number(agreed.fromSequence),
    to: info.state.last_seq,
    since,
    until,
  });
  const count = await putBackMissing(client, bus, archived, found, since, until);
  await client.query(sql`
    insert into stream_agreement (stream, created_at, last_sequence, last_id, from_sequence, published_at)
    values (${stream}, ${info.created}, ${found.lastSequence}, ${found.lastId ?? agreed?.lastId ?? null},
            ${found.fromSequence}, ${new Date(Math.max(since, until))})
    on conflict (stream) do update set created_at = excluded.created_at, last_sequence = excluded.last_sequence,
      last_id = excluded.last_id, from_sequence = excluded.from_sequence, published_at = excluded.published_at, at = now()`);
  if (count > 0) {
    refilled.add(count, {});
    log.error({ events: count, whole, runbook: "bus-lost-events" }, "the bus had lost events; they are told again");
  }
  return count;
}

async function agreementOf(client: pg.PoolClient, stream: string): Promise<Agreement | undefined> {
  const { rows } = await client.query<Agreement>(sql`
    select created_at as "createdAt", last_sequence as "lastSequence", last_id as "lastId",
           from_sequence as "fromSequence", published_at as until
    from stream_agreement where stream = ${stream}`);
  return rows[0];
}

/** Events whose ids were made before it have all left the outbox. @returns milliseconds since 1970 */
async function settledUntil(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ until: Date }>(sql`
    select least(now() - ${settledMs} * interval '1 millisecond',
                 uuid_extract_timestamp((select id from outbox order by id limit 1))) as until`);
  return rows[0]?.until.getTime() ?? 0;
}

/** Whether the stream is the one of the last agreement, gone on since. Sequences begin anew in one that was rolled back. */
async function stillAgrees(bus: Bus, stream: string, agreed: Agreement, created: string, lastSequence: number) {
  if (agreed.createdAt !== created || agreed.fromSequence === null) return false;
  const sequence = Number(agreed.lastSequence);
  if (sequence > lastSequence) return false;
  if (sequence === 0) return true;
  // Null says that nothing is there; where the bus does not answer, that says nothing of the event.
  const message = await bus.manage.streams.getMessage(stream, { seq: sequence });
  return message !== null && publishedAs(message.header) === agreed.lastId;
}

/** Puts back what the archive has and the bus has not. @returns how many */
async function putBackMissing(
  client: pg.PoolClient,
  bus: Bus,
  archived: Map<string, Slot>,
  found: BusIds,
  since: number,
  until: number,
): Promise<number> {
  const unread = found.lastSequence + 1;
  let count = 0;
  let held = new Set<string>();
  let from = Number.POSITIVE_INFINITY;
  const lookFor = async () => {
    if (held.size > 0 && from < Number.POSITIVE_INFINITY) {
      // What was published while the stream was read is in the archive already: it lies further on.
      const { state } = await bus.manage.streams.info(streamOf(bus.service));
      await readBus(bus, { from, to: state.last_seq, since, until: since, each: (id) => held.delete(id) });
    }
    count += await putBack(client, [...held]);
    held = new Set();
    from = Number.POSITIVE_INFINITY;
  };
  for (const [key, slot] of archived) {
    const there = found.slots.get(key);
    if (there && sameIds(slot, there)) continue;
    for (const id of await slotIds(client, slot, since)) held.add(id);
    // A settled slot of which the bus has nothing needs no second look.
    if (there) from = Math.min(from, there.firstSequence);
    else if ((slot.time + 1) * slotMs > until) from = Math.min(from, unread);
    if (held.size >= idsAtOnce) await lookFor();
  }
  await lookFor();
  return count;
}
