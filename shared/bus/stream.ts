import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  type StreamConfig,
  type StreamInfo,
  StorageType,
} from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import type { Bus } from "./connection.ts";
import { streamOf } from "./event.ts";

// The archive in the database keeps 28 days; the bus keeps what consumers may reasonably be behind.
const keptDays = 14;
// Its error when the server has not so much store left to promise.
const storeTooSmall = 10_047;

/** The stream is not as it must be, and is not changed: somebody made it so. The sentence says the way out. */
export class StreamRefused extends Error {}

/**
 * Declares the stream of a service's own events; limits of one that is there are brought to this declaration.
 * @param bytesMax how much the stream may hold; the server sets so much of its store aside
 * @throws StreamRefused when a stream is there that could lose events
 */
export async function declareStream(bus: Bus, bytesMax: number): Promise<void> {
  const name = streamOf(bus.service);
  const config = {
    name,
    subjects: [`lt.${bus.service}.>`],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    // Refuse when full: the outbox then grows and nothing is lost. Dropping the oldest would lose what nobody has heard.
    discard: DiscardPolicy.New,
    max_bytes: bytesMax,
    max_age: nanos(keptDays * 24 * 3600 * 1000),
    duplicate_window: nanos(120_000),
    allow_atomic: true,
  } satisfies Partial<StreamConfig>;
  const known = await bus.manage.streams.info(name).catch(absent);
  if (known) checkStream(known);
  try {
    if (!known) await bus.manage.streams.add(config);
    else await bus.manage.streams.update(name, config);
  } catch (cause) {
    if (!(cause instanceof JetStreamApiError) || cause.code !== storeTooSmall) throw cause;
    throw new StreamRefused(
      `The bus cannot promise the stream ${name} the ${bytesMax} bytes of STREAM_BYTES: give it more store (jetstream.max_file) or set less.`,
      { cause },
    );
  }
}

/** What cannot be changed in place, or was set so that events nobody has heard are dropped. */
function checkStream({ config }: StreamInfo): void {
  const wrong = [
    config.discard !== DiscardPolicy.New && "drops its oldest events when it is full (discard: old)",
    config.retention !== RetentionPolicy.Limits &&
      `keeps events by "${config.retention}" (retention: limits is needed)`,
    config.storage !== StorageType.File && "lies in memory (storage: file is needed)",
  ].filter(Boolean);
  if (wrong.length === 0) return;
  throw new StreamRefused(
    `The stream ${config.name} ${wrong.join(", and ")}. Delete it (nats stream rm ${config.name}) and start again: it is then made as it must be and refilled from the archive.`,
  );
}

/** Undefined for "there is no such stream or consumer"; any other error goes on. */
export function absent(error: unknown): undefined {
  if (error instanceof JetStreamApiError && error.status === 404) return undefined;
  throw error;
}
