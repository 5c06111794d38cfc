import { randomUUID } from "node:crypto";
import { bareBatches } from "@lienthong/testing/bare-batches.ts";
import type { BusStage } from "@lienthong/testing/bus-stage.ts";
import { line } from "./line.ts";
import { drive } from "./load.ts";
import { anOwnBus } from "./own-bus.ts";

const events = 20_000;
const ids = Array.from({ length: 1_000 }, () => randomUUID() as string);

export const measured = line({
  name: "P13",
  says: "events a second from the outbox to the bus and into the archive ÷ bare atomic batches that are synced; ÷ the most that commands announce",
  figures: {
    "relay ÷ bare": { unit: "×", floor: { atLeast: 0.3 }, goal: { atLeast: 0.6 } },
    "relay ÷ commands": { unit: "×", floor: { atLeast: 1.5 }, goal: { atLeast: 3 } },
  },
  async run({ platform, pairs }) {
    const stage = await anOwnBus(platform);
    try {
      const ours = async () => {
        await stage.silent();
        for (let done = 0; done < events; done += ids.length) await stage.renew(ids);
        return drained(stage);
      };
      return {
        "relay ÷ bare": await pairs({
          of: "events/s",
          ours,
          bare: async () => (events * 1000) / (await bareBatches(stage.owner.bus, events)),
          note: `${events} events of 100 bytes and 14 headers a measurement`,
        }),
        "relay ÷ commands": await pairs({
          of: "events/s",
          ours,
          // A command of two statements, by eight clients, each with its own row: real ones do more.
          bare: async (seconds) =>
            (await drive(8, seconds, async (n) => void (await stage.renew([ids[n % 1_000]!])))).perSecond,
        }),
      };
    } finally {
      await stage.close();
    }
  },
});

async function drained(stage: BusStage): Promise<number> {
  const began = performance.now();
  stage.publishes();
  await stage.published(300_000);
  return (events * 1000) / (performance.now() - began);
}
