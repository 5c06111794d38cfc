import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { bareBatches } from "@lienthong/testing/bare-batches.ts";
import type { BusStage } from "@lienthong/testing/bus-stage.ts";
import { type CatalogueStage, catalogueStage } from "./catalogue-stage.ts";
import { line } from "./line.ts";
import { rounds } from "./load.ts";
import { anOwnBus } from "./own-bus.ts";

const events = 20_000;
const ids = Array.from({ length: 1_000 }, () => randomUUID() as string);
// An import of so many takes longer than a side is measured, also on an idle machine.
const recordsPerSecond = 1_500;
const lookEveryMs = 250;

export const measured = line({
  name: "P13",
  says: "events a second from the outbox to the bus and into the archive ÷ bare atomic batches that are synced; ÷ the most that an import announces",
  figures: {
    "relay ÷ bare": { unit: "×", floor: { atLeast: 0.3 }, goal: { atLeast: 0.6 } },
    "relay ÷ import": { unit: "×", floor: { atLeast: 1.5 }, goal: { atLeast: 3 } },
  },
  async run({ platform, pairs }) {
    const stage = await anOwnBus(platform);
    const catalogue = await catalogueStage(await platform());
    try {
      const ours = (seconds: number) => rounds(seconds, events, () => drained(stage));
      return {
        "relay ÷ bare": await pairs({
          of: "events/s",
          ours,
          bare: (seconds) => rounds(seconds, events, () => bareBatches(stage.owner.bus, events)),
          note: `${events} events of 100 bytes and 14 headers a round`,
        }),
        // Nothing announces more: a record is told with its items, its title and what becomes of both.
        "relay ÷ import": await pairs({
          of: "events/s",
          ours,
          bare: (seconds) => announced(catalogue, seconds),
          between: () => catalogue.quiet(),
          note: "catalogue's events in the busiest stretch of an import",
        }),
      };
    } finally {
      await catalogue.close();
      await stage.close();
    }
  },
});

/** @returns milliseconds until all that was announced before is on the bus and in the archive */
async function drained(stage: BusStage): Promise<number> {
  await stage.silent();
  for (let done = 0; done < events; done += ids.length) await stage.renew(ids);
  const began = performance.now();
  stage.publishes();
  await stage.published(300_000);
  return performance.now() - began;
}

let seed = Math.floor(Date.now() / 1000);

/** Imports new records. @returns the most events a second that catalogue announced in a stretch of so many seconds */
async function announced(catalogue: CatalogueStage, seconds: number): Promise<number> {
  const records = seconds * recordsPerSecond;
  const made = { seed: (seed += 1), editions: records * 2, libraries: 3 };
  const { paths } = await catalogue.files(made, Math.ceil(records / 3));
  let isOver = false;
  const taking = catalogue.take(paths).finally(() => (isOver = true));
  // It is waited for when all was looked at; until then nobody hears of its failure.
  taking.catch(() => undefined);
  const seen: { at: number; position: number }[] = [];
  for (; !isOver; await pause(lookEveryMs)) {
    const [row] = await catalogue.rows<{ position: number }>(
      "select last_value::float8 as position from outbox_pos_seq",
    );
    seen.push({ at: performance.now(), position: row?.position ?? 0 });
  }
  await taking;
  const stretches = seen.flatMap((begun) => {
    const ended = seen.find(({ at }) => at - begun.at >= seconds * 1000);
    return ended ? [((ended.position - begun.position) * 1000) / (ended.at - begun.at)] : [];
  });
  assert(stretches.length > 0, "The import was over too soon; it needs more records");
  return Math.max(...stretches);
}
