import { setTimeout as pause } from "node:timers/promises";
import { headers, type MsgHdrs } from "@nats-io/transport-node";
import { faultPoint } from "@lienthong/config/fault-point.ts";
import type { Database } from "@lienthong/database/database.ts";
import { sql } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { counter } from "@lienthong/telemetry/metric.ts";
import type pg from "pg";
import type { Bus } from "./connection.ts";

type Row = {
  id: string;
  shard: number;
  subject: string;
  aggregate: string;
  version: bigint;
  headers: Record<string, string>;
  payload: Buffer;
};

// One atomic batch; larger is faster and repeats more after a kill. The server takes at most 1,000.
const batchRows = 500;
const lookEveryMs = 250;
const restAfterErrorMsMax = 5_000;

const published = counter("events_published_total", "Events that the bus has acknowledged");

export type Relay = { wake(): void; stop(): Promise<void> };

/**
 * Publishes what commands have announced: the unpublished rows of each shard in order, one relay a shard by an advisory
 * lock for each batch. It is woken by commits, by hints of other replicas, and looks by itself four times a second.
 */
export function startRelay(database: Database, bus: Bus, log: Log): Relay {
  const stopping = new AbortController();
  let woken = Promise.withResolvers<void>();
  const wake = () => woken.resolve();
  database.onAnnounced(wake);
  const hint = `hint.${bus.service}.outbox`;
  const hints = bus.connection.subscribe(hint, { callback: wake });

  async function run() {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        while ((await relayBatch(database, bus, hint)) === batchRows);
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1)
          log.warn({ err: error }, "events wait in the outbox: the bus or the database does not answer");
      }
      const rest = Math.min(restAfterErrorMsMax, failures === 0 ? lookEveryMs : lookEveryMs * 2 ** failures);
      await Promise.race([woken.promise, pause(rest, undefined, { signal: stopping.signal }).catch(() => undefined)]);
      woken = Promise.withResolvers<void>();
      if (failures > 0) await pause(rest, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const running = run();
  return {
    wake,
    async stop() {
      stopping.abort();
      hints.unsubscribe();
      await running;
    },
  };
}

/** Publishes one batch. @returns how many events it held */
async function relayBatch(database: Database, bus: Bus, hint: string): Promise<number> {
  const client = await database.frame.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const { rows: waiting } = await client.query<{ shard: number; mine: boolean }>(sql`
      with waiting as materialized (
        select shard from generate_series(0, 15) shard
        where exists (select from outbox where outbox.shard = shard.shard))
      select shard, pg_try_advisory_xact_lock(hashtext('outbox'), shard) as mine from waiting`);
    const mine = waiting.filter((row) => row.mine).map((row) => row.shard);
    // Another replica is at work there and may have looked before this commit.
    if (mine.length < waiting.length) bus.connection.publish(hint);
    const { rows } = await client.query<Row>(sql`
      select id, shard, subject, aggregate, version, headers, payload from outbox
      where shard = any(${mine}) order by pos limit ${batchRows}`);
    if (rows.length > 0) {
      await publish(bus, rows);
      faultPoint("K5");
      await archive(client, rows);
      published.add(rows.length, {});
    }
    await client.query("commit");
    return rows.length;
  } catch (error) {
    await client.query("rollback").catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

async function archive(client: pg.PoolClient, rows: Row[]): Promise<void> {
  await client.query(sql`
    with published as (delete from outbox where id = any(${rows.map((row) => row.id)}::uuid[]) returning *)
    insert into outbox_archive (id, pos, shard, subject, aggregate, version, headers, payload, republished)
    select id, pos, shard, subject, aggregate, version, headers, payload, republished from published`);
}

async function publish(bus: Bus, rows: Row[]): Promise<void> {
  const [first, ...others] = rows;
  const last = others.pop();
  if (first && !last) await publishOne(bus, first);
  if (!first || !last) return;
  try {
    const batch = await bus.publish.startBatch(first.subject, first.payload, { headers: envelope(bus, first) });
    for (const row of others) batch.add(row.subject, row.payload, { headers: envelope(bus, row) });
    await batch.commit(last.subject, last.payload, { headers: envelope(bus, last), timeout: 10_000 });
  } catch {
    // The bus refuses a batch whole when it knows one of its ids already (its error 10201, which the client does not show):
    // sent singly, the known ones answer "duplicate". When the bus is away, the first of them fails and the rest wait.
    for (const row of rows) await publishOne(bus, row);
  }
}

async function publishOne(bus: Bus, row: Row): Promise<void> {
  await bus.publish.publish(row.subject, row.payload, { headers: envelope(bus, row) });
}

/** CloudEvents 1.0 attributes in binary mode, and what else every consumer may rely on. */
function envelope(bus: Bus, row: Row): MsgHdrs {
  const envelope = headers();
  const attributes: Record<string, string> = {
    ...row.headers,
    "Nats-Msg-Id": row.id,
    "ce-specversion": "1.0",
    "ce-id": row.id,
    "ce-source": bus.service,
    "ce-subject": row.aggregate,
    version: String(row.version),
    shard: String(row.shard),
  };
  for (const [name, value] of Object.entries(attributes)) if (value !== "") envelope.set(name, value);
  return envelope;
}
