import { faultPoint } from "@lienthong/config/fault-point.ts";
import { type Database, soon } from "@lienthong/database/database.ts";
import { isNoAnswer } from "@lienthong/database/errors.ts";
import { type Sql, sql } from "@lienthong/database/transaction.ts";
import { counter } from "@lienthong/telemetry/metric.ts";
import type pg from "pg";
import type { Bus } from "./connection.ts";
import { type Outgoing, publish } from "./publish.ts";

// One atomic batch; larger is faster and repeats more after a kill. The server takes at most 1,000.
const batchRows = 500;

const published = counter("events_published_total", "Events that the bus has acknowledged");

export type Batch = {
  /** Whether a shard may hold more than was taken. */
  more: boolean;
  /** Shards whose next event the bus answered with a refusal, and why. */
  refused: ReadonlyMap<number, unknown>;
};

/**
 * Publishes one batch of these shards and moves it to the archive.
 * @throws when the database or the bus is away; what the bus had taken until then is in the archive
 */
export async function relayBatch(database: Database, bus: Bus, shards: number[], hint: string): Promise<Batch> {
  const client = await database.relay.connect();
  let broken: Error | undefined;
  try {
    const waiting = await lockShards(client, shards);
    const mine = waiting.filter((row) => row.mine).map((row) => row.shard);
    // Another replica is at work there and may have looked before this commit.
    if (mine.length < waiting.length) bus.connection.publish(hint);
    const share = Math.floor(batchRows / Math.max(1, mine.length));
    const { rows } = mine.length === 0 ? { rows: [] } : await client.query<Outgoing>(nextRows(mine, share));
    const { taken, refused, away } = await publish(bus, rows);
    if (taken.length > 0) {
      faultPoint("K5");
      await archive(client, taken);
    }
    await client.query("commit");
    if (taken.length > 0) published.add(taken.length, {});
    if (away !== undefined) throw away;
    return { refused, more: taken.length < rows.length || fills(rows, share) };
  } catch (error) {
    // On a connection that hangs a rollback would hang as well.
    if (isNoAnswer(error)) broken = error as Error;
    else
      await client.query("rollback").catch((cause: Error) => {
        broken = cause;
      });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Begins, and locks those of the shards that hold something and that no other relay holds. */
async function lockShards(client: pg.PoolClient, shards: number[]): Promise<{ shard: number; mine: boolean }[]> {
  // By itself, since it takes no time: on a connection whose server has vanished that is known soon. The look at the outbox
  // may take long, where many rows have just gone out.
  await client.query(soon({ text: `begin; ${alongTheIndex}` }));
  const { rows } = await client.query<{ shard: number; mine: boolean }>(sql`
    with waiting as materialized (
      select shard from unnest(${shards}::smallint[]) shard
      where exists (select from outbox where outbox.shard = shard.shard))
    select shard, pg_try_advisory_xact_lock(hashtext('outbox'), shard) as mine from waiting`);
  return rows;
}

/** The statistics of a queue are of another hour: a plan that trusts them reads and sorts all of it where few rows are asked. */
export const alongTheIndex = "set local enable_seqscan = off; set local enable_bitmapscan = off";

/**
 * The next rows of each shard, in order, the same number of each at most: along the index, however long the outbox is.
 * Read after the locks are had, so that what another relay has just published is seen to be gone.
 */
export const nextRows = (shards: readonly number[], share: number): Sql => sql`
  select waiting.* from unnest(${shards}::smallint[]) mine (shard) cross join lateral (
    select id, shard, pos, republished, subject, aggregate, version, headers, payload from outbox
    where outbox.shard = mine.shard order by pos limit ${share}) waiting
  order by pos`;

/** Whether any shard gave its whole share, so that more of it may be waiting. */
function fills(rows: readonly Outgoing[], share: number): boolean {
  const counts = new Map<number, number>();
  for (const { shard } of rows) counts.set(shard, (counts.get(shard) ?? 0) + 1);
  return [...counts.values()].some((count) => count === share);
}

async function archive(client: pg.PoolClient, rows: readonly Outgoing[]): Promise<void> {
  await client.query(sql`
    with published as (delete from outbox where id = any(${rows.map((row) => row.id)}::uuid[]) returning *)
    insert into outbox_archive (id, pos, shard, subject, aggregate, version, headers, payload, republished)
    select id, pos, shard, subject, aggregate, version, headers, payload, republished from published`);
}
