import { atLength } from "@lienthong/database/database.ts";
import { sql } from "@lienthong/database/transaction.ts";
import type pg from "pg";
import { firstIdAt, slotKey, slotMs, type Slot } from "./id-slots.ts";

const rowsAtOnce = 5_000;
// What an id was made for is published after it, by the same clock but for its steps.
const clockStepMs = 60_000;

/** Count and hash of the ids in the archive that were made since a time, by shard and ten minutes. */
export async function archiveSlots(client: pg.PoolClient, since: number): Promise<Map<string, Slot>> {
  const { rows } = await client.query<Omit<Slot, "firstSequence">>(
    atLength(sql`
    select shard, (extract(epoch from uuid_extract_timestamp(id)) * 1000)::bigint / ${slotMs}::bigint as time,
           count(*)::integer as count,
           bit_xor(('x' || right(replace(id::text, '-', ''), 16))::bit(64)::bigint) as hash
    from outbox_archive
    where id >= ${firstIdAt(since)}::uuid and published_at >= ${new Date(since - clockStepMs)}
    group by 1, 2 order by 2, 1`),
  );
  return new Map(rows.map((row) => [slotKey(row), { ...row, time: Number(row.time), firstSequence: 0 }]));
}

/** The ids in one slot of the archive. */
export async function slotIds(client: pg.PoolClient, slot: Slot, since: number): Promise<string[]> {
  const from = Math.max(since, slot.time * slotMs);
  const { rows } = await client.query<{ id: string }>(
    atLength(sql`
    select id from outbox_archive
    where shard = ${slot.shard} and id >= ${firstIdAt(from)}::uuid and id < ${firstIdAt((slot.time + 1) * slotMs)}::uuid
      and published_at >= ${new Date(since - clockStepMs)}`),
  );
  return rows.map((row) => row.id);
}

/** Moves events back into the outbox, some thousand a statement, in the order in which they first went out. @returns how many */
export async function putBack(client: pg.PoolClient, ids: readonly string[]): Promise<number> {
  let count = 0;
  // Ids are made in the order of time: sorted, what came first goes out first, whichever statement takes it.
  const inOrder = ids.toSorted();
  for (let at = 0; at < inOrder.length; at += rowsAtOnce) {
    const { rowCount } = await client.query(
      atLength(sql`
      with lost as (
        delete from outbox_archive where id = any(${inOrder.slice(at, at + rowsAtOnce)}::uuid[]) returning *)
      insert into outbox (id, shard, subject, aggregate, version, headers, payload, republished)
      select id, shard, subject, aggregate, version, headers, payload, true from lost order by pos`),
    );
    count += rowCount ?? 0;
  }
  return count;
}
