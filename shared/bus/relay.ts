import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@lienthong/database/database.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { level } from "@lienthong/telemetry/metric.ts";
import type { Bus } from "./connection.ts";
import { allShards } from "./event.ts";
import { relayBatch } from "./relay-batch.ts";

const lookEveryMs = 250;
const restAfterErrorMsMax = 5_000;

const refusedShards = level("relay_refused_shards", "Shards of the outbox whose next event the bus does not take");

export type Relay = { wake(): void; stop(): Promise<void> };

/**
 * Publishes what commands have announced: the unpublished rows of each shard in order, one relay a shard by an advisory
 * lock for each batch. It is woken by commits, by hints of other replicas, and looks by itself four times a second.
 * @param mend called when publishing failed: the stream may be gone and wants declaring again
 */
export function startRelay(
  database: Database,
  bus: Bus,
  log: Log,
  mend: () => Promise<void> = async () => undefined,
): Relay {
  const stopping = new AbortController();
  let woken = Promise.withResolvers<void>();
  const wake = () => woken.resolve();
  database.onAnnounced(wake);
  const hint = `hint.${bus.service}.outbox`;
  const hints = bus.connection.subscribe(hint, { callback: wake });
  const refused = refusals(log);

  /** One batch. @returns whether the next is to follow at once */
  async function goesOn(shards: number[]): Promise<boolean> {
    const batch = await relayBatch(database, bus, shards, hint);
    refused.note(batch.refused);
    return batch.more && batch.refused.size === 0 && !stopping.signal.aborted;
  }

  async function drain(shards: number[]): Promise<void> {
    while (await goesOn(shards));
  }

  async function round() {
    const open = allShards.filter((shard) => !refused.has(shard));
    if (await goesOn(open)) {
      // A backlog goes out two batches at a time, each of other shards: while one is archived the other is published.
      const halves = [0, 1].map((half) => drain(open.filter((shard) => shard % 2 === half)));
      for (const half of await Promise.allSettled(halves)) if (half.status === "rejected") throw half.reason;
    }
    // A refused event would spoil every batch it stands in: its shard is tried apart, and the others do not wait for it.
    for (const shard of refused.due()) {
      const batch = await relayBatch(database, bus, [shard], hint);
      if (batch.refused.size > 0) refused.note(batch.refused);
      else refused.clear(shard);
    }
  }

  async function run() {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        await round();
        if (failures > 0) log.info("events go out again");
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1)
          log.warn({ err: error }, "events wait in the outbox: the bus or the database does not answer");
        void mend().catch(() => undefined);
      }
      const rest = Math.min(restAfterErrorMsMax, failures === 0 ? lookEveryMs : lookEveryMs * 2 ** failures);
      await Promise.race([woken.promise, pause(rest, undefined, { signal: stopping.signal }).catch(() => undefined)]);
      woken = Promise.withResolvers<void>();
      if (failures > 0) await pause(rest, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const running = run();
  return {
    wake,
    async stop() {
      stopping.abort();
      hints.unsubscribe();
      await running;
    },
  };
}

/** The shards whose next event the bus refuses, each with the time from which it is tried again. */
function refusals(log: Log) {
  const waiting = new Map<number, { from: number; times: number }>();
  const count = () => refusedShards.set(waiting.size, {});
  return {
    has: (shard: number) => waiting.has(shard),
    due: () => [...waiting].filter(([, { from }]) => from <= Date.now()).map(([shard]) => shard),
    note(refused: ReadonlyMap<number, unknown>) {
      for (const [shard, error] of refused) {
        const times = (waiting.get(shard)?.times ?? 0) + 1;
        waiting.set(shard, { times, from: Date.now() + Math.min(restAfterErrorMsMax, lookEveryMs * 2 ** times) });
        if (times === 1)
          log.error(
            { err: error, shard, runbook: "outbox-waits" },
            "the bus refuses an event: its shard waits, and others go on",
          );
      }
      if (refused.size > 0) count();
    },
    clear(shard: number) {
      waiting.delete(shard);
      count();
      if (waiting.size === 0) log.info("the bus takes every event again");
    },
  };
}
