import type { Evidence } from "./evidence.ts";
import { frameTableArray } from "./frame-tables.ts";
import { heardUntil, type Hearing, hearings, keptOnBusDays } from "./heard.ts";
import type { Invariant } from "./invariant.ts";
import { beforeAllIds, pages } from "./pages.ts";

/** The bus brings an event at least once; the inbox, in the effect's own transaction, makes of that exactly once. */
export const effectOnce: Invariant = {
  id: "I3",
  promises:
    "What a service hears has its effect exactly once: never twice, never not at all, and never another's body.",
  async *violations(evidence) {
    for (const service of evidence.services) {
      yield* heardTwice(evidence, service);
      for (const table of await tablesOfEffects(evidence, service))
        yield* effectsWithoutEvent(evidence, service, table);
    }
    for (const hearing of await hearings(evidence)) yield* notHeard(evidence, hearing);
  },
};

async function* heardTwice(evidence: Evidence, service: string): AsyncGenerator<string> {
  type Row = { key: string; times: bigint };
  const counted = `
    select event_id as key, count(*) as times from inbox where consumer = '${service}' and event_id > $1
    group by consumer, event_id order by consumer, event_id limit $2`;
  for await (const rows of pages<Row>(evidence, service, counted, beforeAllIds))
    for (const { key, times } of rows) if (times > 1n) yield `${service}:${key}`;
}

/** Tables whose rows say which event made them. */
async function tablesOfEffects(evidence: Evidence, service: string): Promise<string[]> {
  const rows = await evidence.rows<{ name: string }>(
    service,
    `select attrelid::regclass::text as name from pg_attribute join pg_class on pg_class.oid = attrelid
     where attname = 'event_id' and relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
       and relname <> all(${frameTableArray}) order by 1`,
  );
  return rows.map(({ name }) => name);
}

async function* effectsWithoutEvent(evidence: Evidence, service: string, table: string): AsyncGenerator<string> {
  type Row = { key: string; times: bigint; heard: boolean };
  // The inbox forgets after 35 days; an effect that is older cannot be held against it. An id tells its time.
  const made = `
    select event_id as key, count(*) as times,
           exists (select from inbox where inbox.event_id = effect.event_id)
             or coalesce(uuid_extract_timestamp(event_id) < now() - interval '28 days', true) as heard
    from ${table} effect where event_id > $1 group by event_id order by event_id limit $2`;
  for await (const rows of pages<Row>(evidence, service, made, beforeAllIds))
    for (const { key, times, heard } of rows) if (times > 1n || !heard) yield `${service}:${table}:${key}`;
}

/** What the owner has published and the hearer neither applied nor set aside, or applied with another body. */
async function* notHeard(evidence: Evidence, hearing: Hearing): AsyncGenerator<string> {
  const { owner, hearer } = hearing;
  const until = await heardUntil(evidence, hearing);
  type Published = { key: string; hash: string };
  const published = `
    select id as key, encode(sha256(payload), 'hex') as hash from outbox_archive
    where id > $1 and published_at > now() - interval '${keptOnBusDays} days' and published_at < '${until.toISOString()}'
    order by id limit $2`;
  for await (const events of pages<Published>(evidence, owner, published, beforeAllIds)) {
    const heard = await evidence.rows<{ id: string; hash: string }>(
      hearer,
      `select event_id as id, encode(body_hash, 'hex') as hash from inbox where consumer = $1 and event_id = any($2::uuid[])`,
      [hearer, events.map(({ key }) => key)],
    );
    const hashes = new Map(heard.map(({ id, hash }) => [id, hash]));
    const others = events.filter(({ key, hash }) => hashes.get(key) !== hash);
    const aside = await setAside(evidence, hearer, others);
    for (const { key } of others) if (hashes.has(key) || !aside.has(key)) yield `${owner}>${hearer}:${key}`;
  }
}

async function setAside(evidence: Evidence, hearer: string, events: { key: string }[]): Promise<Set<string>> {
  if (events.length === 0) return new Set();
  const rows = await evidence.rows<{ id: string }>(
    hearer,
    "select event_id as id from dead_letter where event_id = any($1::uuid[])",
    [events.map(({ key }) => key)],
  );
  return new Set(rows.map(({ id }) => id));
}
