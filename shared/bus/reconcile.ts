import { AckPolicy, DeliverPolicy } from "@nats-io/jetstream";
import type { Database } from "@lienthong/database/database.ts";
import { sql } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import type pg from "pg";
import type { Bus } from "./connection.ts";
import { streamOf } from "./event.ts";

// What is being published this moment is not yet archived, and the other way round: it is compared the next time.
const settledSeconds = 30;
// The stream keeps 14 days; older events are in the archive only, and rightly so.
const comparedDays = 13;
// What was published just before the last comparison may have been archived after it; clocks may differ a little.
const marginMs = 60_000;
const rowsAtOnce = 5_000;

type Agreement = { createdAt: string; lastSequence: bigint; publishedAt: Date };

/**
 * Compares the bus with the archive since they last agreed, and puts what the bus has lost back into the outbox under
 * its old id, so that those who heard it before pass over it. A stream whose creation time changed or whose last
 * sequence went back was lost or restored from an older copy: it is compared whole.
 * @returns how many events were put back
 */
export async function reconcile(database: Database, bus: Bus, log: Log): Promise<number> {
  const stream = streamOf(bus.service);
  // Taken before the stream is looked at: what is published from here on is compared the next time.
  const until = new Date(Date.now() - settledSeconds * 1000);
  const state = await bus.manage.streams.info(stream);
  const client = await database.frame.connect();
  try {
    await client.query("begin");
    await client.query(sql`select pg_advisory_xact_lock(hashtext('reconcile'))`);
    const { rows } = await client.query<Agreement>(sql`
      select created_at as "createdAt", last_sequence as "lastSequence", published_at as "publishedAt"
      from stream_agreement where stream = ${stream}`);
    const agreed = rows[0];
    const whole = !agreed || agreed.createdAt !== state.created || agreed.lastSequence > BigInt(state.state.last_seq);
    const since = whole ? new Date(Date.now() - comparedDays * 24 * 3600 * 1000) : agreed.publishedAt;
    if (since >= until) {
      await client.query("commit");
      return 0;
    }

    await client.query("create temporary table on_bus (id uuid primary key) on commit drop");
    await readIds(client, bus, stream, whole ? undefined : new Date(since.getTime() - marginMs), state.state.last_seq);
    const count = await putBack(client, since, until);
    await client.query(sql`
      insert into stream_agreement (stream, created_at, last_sequence, published_at)
      values (${stream}, ${state.created}, ${state.state.last_seq}, ${until})
      on conflict (stream) do update set created_at = excluded.created_at, last_sequence = excluded.last_sequence,
        published_at = excluded.published_at, at = now()`);
    await client.query("commit");
    if (count > 0)
      log.error({ events: count, whole, runbook: "bus-lost-events" }, "the bus had lost events; they are told again");
    return count;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/** Puts what the archive has and the bus has not back into the outbox, some thousand rows a statement. @returns how many */
async function putBack(client: pg.PoolClient, since: Date, until: Date): Promise<number> {
  for (let count = 0; ; ) {
    const { rowCount } = await client.query(sql`
      with missing as (
        select id, published_at from outbox_archive
        where published_at >= ${since} and published_at < ${until}
          and not exists (select from on_bus where on_bus.id = outbox_archive.id)
        order by pos limit ${rowsAtOnce}),
      lost as (
        delete from outbox_archive using missing
        where outbox_archive.id = missing.id and outbox_archive.published_at = missing.published_at
        returning outbox_archive.*)
      insert into outbox (id, shard, subject, aggregate, version, headers, payload, republished)
      select id, shard, subject, aggregate, version, headers, payload, true from lost order by pos`);
    count += rowCount ?? 0;
    if ((rowCount ?? 0) < rowsAtOnce) return count;
  }
}

/**
 * Copies the ids of a stretch of the stream into the temporary table, headers only.
 * @param from the stretch's beginning; the whole stream without it
 * @throws Error when the stretch could not be read to its end: what was not read must not count as lost
 */
async function readIds(
  client: pg.PoolClient,
  bus: Bus,
  stream: string,
  from: Date | undefined,
  to: number,
): Promise<void> {
  const name = `${bus.service}-reconcile`;
  const begin = from
    ? { deliver_policy: DeliverPolicy.StartTime, opt_start_time: from.toISOString() }
    : { deliver_policy: DeliverPolicy.All };
  const made = await bus.manage.consumers.add(stream, {
    name,
    ack_policy: AckPolicy.None,
    ...begin,
    headers_only: true,
    mem_storage: true,
    inactive_threshold: 30_000_000_000,
  });
  const consumer = await bus.publish.consumers.get(stream, name);
  let pending = made.num_pending;
  for (let reached = 0; pending > 0 && reached < to; ) {
    const ids: string[] = [];
    for await (const message of await consumer.fetch({ max_messages: 2_000, expires: 5_000 })) {
      ids.push(message.headers?.get("Nats-Msg-Id") ?? "");
      reached = message.seq;
      pending = message.info.pending;
      if (pending === 0) break;
    }
    if (ids.length === 0) throw new Error(`The stream ${stream} could not be read to its end: ${pending} are left`);
    const known = ids.filter((id) => id !== "");
    await client.query(sql`insert into on_bus select unnest(${known}::uuid[]) on conflict do nothing`);
  }
  await bus.manage.consumers.delete(stream, name);
}
