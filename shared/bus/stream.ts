import { DiscardPolicy, JetStreamApiError, RetentionPolicy, type StreamConfig, StorageType } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import type { Bus } from "./connection.ts";
import { streamOf } from "./event.ts";

// The archive in the database keeps 28 days; the bus keeps what consumers may reasonably be behind.
const keptDays = 14;

/** Declares the stream of a service's own events; a stream that is there is brought to this declaration. */
export async function declareStream(bus: Bus): Promise<void> {
  const name = streamOf(bus.service);
  const config = {
    name,
    subjects: [`lt.${bus.service}.>`],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    // Refuse when full: the outbox then grows and nothing is lost. Dropping the oldest would lose what nobody has heard.
    discard: DiscardPolicy.New,
    max_age: nanos(keptDays * 24 * 3600 * 1000),
    duplicate_window: nanos(120_000),
    allow_atomic: true,
  } satisfies Partial<StreamConfig>;
  const known = await bus.manage.streams.info(name).catch(absent);
  if (!known) await bus.manage.streams.add(config);
  else await bus.manage.streams.update(name, config);
}

/** Undefined for "there is no such stream or consumer"; any other error goes on. */
export function absent(error: unknown): undefined {
  if (error instanceof JetStreamApiError && error.status === 404) return undefined;
  throw error;
}
