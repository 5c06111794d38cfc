import type { Bus } from "@lienthong/bus/connection.ts";
import { allShards, streamOf } from "@lienthong/bus/event.ts";
import { publishedAs } from "@lienthong/bus/publish.ts";
import { absent } from "@lienthong/bus/stream.ts";
import type { Evidence } from "./evidence.ts";
import { keptOnBusDays } from "./heard.ts";
import { beforeAllIds, pages } from "./pages.ts";
import { readStream } from "./read-stream.ts";

// Ids of so many events are kept at once, about 300 MB; of a longer stream some shards are compared at a time.
const idsAtOnce = 2_000_000;
// An archive's row has the time at which its batch began, a message the time at which it was stored.
const clocksMs = 60_000;

/** What each service published against what its stream holds, both ways, by the ids of the events. */
export async function* streamAgainstArchive(evidence: Evidence): AsyncGenerator<string> {
  const bus = await evidence.bus();
  for (const service of evidence.services) {
    const stream = await bus.manage.streams.info(streamOf(service)).catch(absent);
    if (!stream && !(await publishes(evidence, service))) continue;
    const rounds = Math.max(1, Math.ceil((stream?.state.messages ?? 0) / idsAtOnce));
    for (const shards of inGroups(allShards, rounds)) {
      const begun = Date.now();
      const onBus = stream ? await idsOnBus(evidence, bus, streamOf(service), shards) : new Map<string, number>();
      yield* notOnBus(evidence, service, shards, onBus, new Date(begun - underWayMs(evidence)));
      yield* notPublished(evidence, service, onBus);
    }
  }
}

async function publishes(evidence: Evidence, service: string): Promise<boolean> {
  const rows = await evidence.rows<{ some: boolean }>(service, "select exists (select from outbox_archive) as some");
  return rows[0]?.some ?? false;
}

const inGroups = <One>(all: readonly One[], groups: number): One[][] => {
  const size = Math.ceil(all.length / groups);
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
};

/** How long an archive's row may be there that the bus was not yet asked for; none where nothing is under way. */
const underWayMs = ({ boundMs }: Evidence) => (boundMs === 0 ? 0 : boundMs + clocksMs);

/** What was archived and is still kept by the bus must be on it. What is being put back is in the outbox meanwhile. */
async function* notOnBus(
  evidence: Evidence,
  service: string,
  shards: readonly number[],
  onBus: ReadonlyMap<string, number>,
  before: Date,
): AsyncGenerator<string> {
  const text = `
    select id as key from outbox_archive
    where id > $1 and shard = any('{${shards.join(",")}}') and published_at > now() - interval '${keptOnBusDays} days'
      and published_at < '${before.toISOString()}'
    order by id limit $2`;
  for await (const rows of pages<{ key: string }>(evidence, service, text, beforeAllIds))
    for (const { key } of rows) if (!onBus.has(key)) yield `${service}:archive:${key}`;
}

/** What lies on the bus must be a row's event: archived, or still in the outbox of a relay that was stopped in between. */
async function* notPublished(
  evidence: Evidence,
  service: string,
  onBus: ReadonlyMap<string, number>,
): AsyncGenerator<string> {
  const oldest = Date.now() - keptOnBusDays * 24 * 3600 * 1000;
  const newest = Date.now() - evidence.boundMs;
  let batch: string[] = [];
  for (const [id, storedAt] of onBus) {
    if (storedAt > oldest && storedAt < newest) batch.push(id);
    if (batch.length === 2_000) {
      yield* unknown(evidence, service, batch);
      batch = [];
    }
  }
  yield* unknown(evidence, service, batch);
}

async function* unknown(evidence: Evidence, service: string, ids: readonly string[]): AsyncGenerator<string> {
  if (ids.length === 0) return;
  const wellFormed = ids.filter((id) => /^[0-9a-f-]{36}$/i.test(id));
  const rows = await evidence.rows<{ id: string }>(
    service,
    `select id from outbox_archive where id = any($1::uuid[]) union select id from outbox where id = any($1::uuid[])`,
    [wellFormed],
  );
  const known = new Set(rows.map(({ id }) => id));
  for (const id of ids) if (!known.has(id)) yield `${service}:bus:${id}`;
}

/** The ids of a stream's events of some shards, and when each was stored. */
async function idsOnBus(evidence: Evidence, bus: Bus, stream: string, shards: readonly number[]) {
  const wanted = new Set(shards.map(String));
  const found = new Map<string, number>();
  await readStream(evidence, bus, stream, { headersOnly: true }, (message) => {
    const shard = message.headers?.get("shard") ?? "";
    // What says no shard was published by no relay: it is looked at in the first round.
    if (wanted.has(shard) || (shard === "" && wanted.has("0")))
      found.set(publishedAs(message.headers) || `${stream}#${message.seq}`, message.time.getTime());
  });
  return found;
}
