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

const restMs = 1_000;
const restMsMax = 5_000;

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
  const insist = (step: () => Promise<void>, waiting: string) => untilTaken(step, bus, log, waiting);
  await insist(() => declareStream(bus, bytesMax), "waiting for the bus to take the stream's declaration");
  const mend = () =>
    insist(attend, "bus and archive cannot be compared yet").catch((error: unknown) =>
      log.error({ err: error, runbook: "outbox-waits" }, "the stream is not as it must be"),
    );
  void mend();
  // A bus that comes back may have lost its streams: they are declared and refilled before anything else.
  void (async () => {
    for await (const status of bus.connection.status()) if (status.type === "reconnect") await mend();
  })();
  return { attend };
}

/** Takes a step again and again until it is done or the connection is closed; says once that it waits. */
async function untilTaken(step: () => Promise<void>, bus: Bus, log: Log, waiting: string): Promise<void> {
  for (let tries = 0; !bus.connection.isClosed(); tries += 1) {
    try {
      return await step();
    } catch (error) {
      if (error instanceof StreamRefused) throw error;
      if (tries === 0) log.warn({ err: error }, waiting);
      await pause(Math.min(restMsMax, restMs * 2 ** tries));
    }
  }
}
