import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@lienthong/database/database.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { level } from "@lienthong/telemetry/metric.ts";
import type { Bus } from "./connection.ts";
import type { Consumer } from "./consumer.ts";
import { streamOf } from "./event.ts";
import { inBatches } from "./intake.ts";
import { type Behind, keepPlace } from "./place.ts";
import { type Patience, taker, usualPatience } from "./take.ts";

const restMs = 1_000;
const lookEveryMs = 5_000;

const behindEvents = level("heard_behind_events", "Events of a stream that the service has not yet applied");
const behindSeconds = level("heard_behind_seconds", "Age of the oldest event of a stream that is not yet applied");

export type Hearing = { stop(): Promise<void> };

/** Hears the streams of all services whose events a service consumes: one durable consumer each, named after the service. */
export function startHearing(
  database: Database,
  bus: Bus,
  consumers: readonly Consumer[],
  log: Log,
  patience: Patience = usualPatience,
): Hearing {
  const owners = [...new Set(consumers.map((consumer) => consumer.owner))];
  // A service may let its stream keep what it likes under whatever subject: an event is heard in its owner's stream alone.
  const ofOwner = (owner: string) => consumers.filter((consumer) => consumer.owner === owner);
  const streams = owners.map((owner) => hearStream(database, bus, owner, ofOwner(owner), log, patience));
  return { stop: async () => void (await Promise.all(streams.map((stream) => stream.stop()))) };
}

function hearStream(
  database: Database,
  bus: Bus,
  owner: string,
  consumers: readonly Consumer[],
  log: Log,
  patience: Patience,
): Hearing {
  const stopping = new AbortController();
  const rest = (ms: number) => pause(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  const stream = streamOf(owner);
  const take = taker(database, bus.service, consumers, log, patience);
  const lateness = latenessOf(stream, patience.lateSeconds, log);
  const look = async () => {
    try {
      const behind = await keepPlace(database, bus, owner, patience.ackWaitMs, log);
      lateness.seen(behind);
      return behind;
    } catch (error) {
      lateness.unseen(error);
      throw error;
    }
  };
  let again = new AbortController();

  async function run() {
    while (!stopping.signal.aborted) {
      try {
        await look();
        const durable = await bus.publish.consumers.get(stream, bus.service);
        again = new AbortController();
        await inBatches(durable, patience.ackWaitMs, AbortSignal.any([stopping.signal, again.signal]), take);
      } catch (error) {
        // The owner's stream may not be there yet, or the bus was wiped: the owner declares it again, and we come back.
        if (!stopping.signal.aborted) log.debug({ err: error, stream }, "not hearing a stream; trying again");
      }
      await rest(restMs);
    }
  }
  // A stream that is rolled back under a connection that holds is noticed by looking only.
  async function watch() {
    for (await rest(lookEveryMs); !stopping.signal.aborted; await rest(lookEveryMs))
      await look().then(
        // Who asks a consumer that is gone may not hear of it.
        ({ anew }) => {
          if (anew) again.abort();
        },
        (error) => log.debug({ err: error, stream }, "a stream could not be looked at"),
      );
  }
  const running = Promise.all([run(), watch()]);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Tells how far a stream is behind, and says so aloud when it becomes late and when it no longer is. */
function latenessOf(stream: string, lateSeconds: number, log: Log) {
  let late = false;
  let seenAt = performance.now();
  const tell = (seconds: number, more: object) => {
    behindSeconds.set(seconds, { stream });
    if (late === seconds > lateSeconds) return;
    late = !late;
    if (late) log.error({ stream, seconds, ...more, runbook: "events-heard-late" }, "events are heard late");
    else log.info({ stream }, "events are heard in time again");
  };
  return {
    seen({ events, seconds }: Behind): void {
      seenAt = performance.now();
      behindEvents.set(events, { stream });
      tell(seconds, { events });
    },
    /** Of a stream that cannot be looked at nobody knows how far behind it is: as long as that lasts, at least. */
    unseen(error: unknown): void {
      const seconds = (performance.now() - seenAt) / 1000;
      if (seconds > lateSeconds) tell(seconds, { err: error });
    },
  };
}
