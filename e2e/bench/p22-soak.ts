import assert from "node:assert/strict";
import { aFaultWorld } from "../faults/world.ts";
import { soak } from "../soak/soak.ts";
import { wrongs } from "../soak/verdict.ts";
import { line } from "./line.ts";

const minutes = 30;

export const measured = line({
  name: "P22",
  says: `${minutes} minutes of an ordinary day: p99 of the last part ÷ the first, and how fast a service's memory grows`,
  figures: {
    "p99, last ÷ first": { unit: "×", floor: { atMost: 1.5 }, goal: { atMost: 1.1 } },
    "steepest memory": { unit: "MiB/min", floor: { atMost: 2 }, goal: { atMost: 0.2 } },
  },
  async run({ platform, say }) {
    // A platform of its own, so that what the other lines have done to this one is not in the figures.
    process.env.OPENSEARCH_URL = (await platform()).openSearch.url;
    const world = await aFaultWorld();
    try {
      const soaked = await soak(world, minutes, say);
      const [steepest = ["none", 0]] = Object.entries(soaked.rssSlope).toSorted(([, one], [, other]) => other - one);
      // The bounds on speed and memory are judged as figures; nothing lost and nothing doubled is no matter of degree.
      assert.deepEqual(wrongs({ ...soaked, minutes: 0 }), []);
      return {
        "p99, last ÷ first": {
          value: soaked.p99Last / soaked.p99First,
          ours: `${soaked.p99Last.toFixed(1)} ms`,
          bare: `${soaked.p99First.toFixed(1)} ms`,
          note: `${soaked.asks} asks`,
        },
        "steepest memory": { value: steepest[1], note: steepest[0] },
      };
    } finally {
      await world.close();
    }
  },
});
