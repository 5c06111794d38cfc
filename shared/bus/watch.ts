import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@lienthong/database/database.ts";
import { sql } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { level } from "@lienthong/telemetry/metric.ts";

const lookEveryMs = 10_000;
const lateAfterSeconds = 60;
// Beyond it a number says no more than "many", and counting would be work.
const countedMax = 10_000;

const waitingEvents = level("outbox_events", `Events in the outbox, counted up to ${countedMax}`);
const waitingSeconds = level("outbox_oldest_seconds", "Age of the oldest event that is not yet published");
const setAsideEvents = level("dead_letters", "Events set aside and not yet replayed");
const missedEvents = level("missed_events", "Versions that were not heard although a later one was");

export type Watch = { look(): Promise<void>; stop(): Promise<void> };

/**
 * Tells every ten seconds how a service's own tables of events stand, and says aloud when its events do not go out.
 * @param lateSeconds the age of the oldest from which on that is said
 */
export function watchEvents(database: Database, log: Log, lateSeconds = lateAfterSeconds): Watch {
  const stopping = new AbortController();
  const rest = () => pause(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  let late = false;
  async function look() {
    const { rows } = await database.relay.query<Seen>(counts);
    const seen = rows[0];
    if (!seen) return;
    waitingEvents.set(seen.waiting, {});
    waitingSeconds.set(seen.seconds, {});
    setAsideEvents.set(seen.aside, {});
    missedEvents.set(seen.missed, {});
    if (late === seen.seconds > lateSeconds) return;
    late = !late;
    if (late) log.error({ ...seen, runbook: "outbox-waits" }, "events do not go out");
    else log.info("events go out in time again");
  }
  const running = (async () => {
    for (await rest(); !stopping.signal.aborted; await rest())
      await look().catch((error) => log.debug({ err: error }, "the outbox could not be looked at"));
  })();
  return {
    look,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

type Seen = { waiting: number; seconds: number; aside: number; missed: number };

// An event told again has the id, and by it the age, of its first telling.
const counts = sql`
  select (select count(*)::integer from (select from outbox limit ${countedMax}) waiting) as waiting,
         (select count(*)::integer from (select from dead_letter where replayed_at is null limit ${countedMax}) aside) as aside,
         (select count(*)::integer from (select from missed_event limit ${countedMax}) missed) as missed,
         greatest(0, extract(epoch from now() - (
           select min(uuid_extract_timestamp(first.id)) from generate_series(0, 15) each (shard) cross join lateral (
             select id from outbox where outbox.shard = each.shard and not republished order by pos limit 1) first)))::float8 as seconds`;
