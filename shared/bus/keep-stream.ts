import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@lienthong/database/database.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import type { Bus } from "./connection.ts";
import { reconcile } from "./reconcile.ts";
import { declareStream, StreamRefused } from "./stream.ts";

export type KeptStream = {
  /** Declares the stream and puts back what it has lost; asked for again meanwhile, it is done once. */
  attend(): Promise<void>;
};

const againAfterMs = 1_000;

/**
 * Keeps the stream of a service's own events as declared and whole: now, when the bus comes back, and whenever asked.
 * A bus that is not ready yet is waited for; the comparison, which may take minutes, goes on beside.
 * @param bytesMax how much the stream may hold
 * @throws StreamRefused when a stream is there that could lose events
 */
export async function keepStream(database: Database, bus: Bus, bytesMax: number, log: Log): Promise<KeptStream> {
  let running: Promise<void> | undefined;
  const attend = () => {
    running ??= (async () => {
      await declareStream(bus, bytesMax);
      await reconcile(database, bus, log);
    })().finally(() => {
      running = undefined;
    });
    return running;
  };
  for (let waited = false; ; waited = true) {
    try {
      await declareStream(bus, bytesMax);
      break;
    } catch (error) {
      if (error instanceof StreamRefused) throw error;
      if (!waited) log.warn({ err: error }, "waiting for the bus to take the stream's declaration");
      await pause(againAfterMs);
    }
  }
  void attend().catch((error) => log.warn({ err: error }, "bus and archive could not be compared at the start"));
  // A bus that comes back may have lost its streams: they are declared and refilled before anything else.
  void (async () => {
    for await (const status of bus.connection.status()) {
      if (status.type === "reconnect")
        await attend().catch((error) => log.warn({ err: error }, "the stream could not be declared yet"));
    }
  })();
  return { attend };
}
