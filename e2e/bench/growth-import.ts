import assert from "node:assert/strict";
import { catalogueStage } from "./catalogue-stage.ts";
import { grow, growing, hasGrown, registerLibraries, searched, sizes, weight } from "./growth.ts";
import { line } from "./line.ts";
import { shown } from "./pairs.ts";

export const measured = line({
  name: "growth-import",
  says: "while the catalogue grows to a million records: records imported a second, and p95 of a search with facets, at the end ÷ at the beginning",
  figures: {
    "records/s": { unit: "×", floor: { atLeast: 0.5 }, goal: { atLeast: 0.8 } },
    "search p95": { unit: "×", floor: { atMost: 10 }, goal: { atMost: 4 } },
  },
  async run({ platform, seconds, say }) {
    const reached = sizes();
    const opened = await platform();
    const stage = await catalogueStage(opened);
    const [rates, p95s]: [number[], number[]] = [[], []];
    let from = 0;
    try {
      assert(!(await hasGrown(stage)), "The catalogue holds these records already: a curve begins on a fresh platform");
      const ids = await registerLibraries(opened);
      for (const size of reached) {
        const { records, seconds: took } = await grow(opened, stage, ids, from, size);
        rates.push(records / took);
        const heard = performance.now();
        await stage.quiet();
        const after = (performance.now() - heard) / 1000;
        const { editions } = growing(Math.round(size / 1.6));
        const [plain, faceted] = [
          await searched(opened, editions, seconds, true),
          await searched(opened, editions, seconds, false),
        ];
        p95s.push(faceted.p95);
        const told = {
          "records/s": shown(records / took),
          "pairs found and others told after": `${shown(after)} s`,
          "search p50/p95": `${shown(plain.p50)}/${shown(plain.p95)} ms`,
          "with facets": `${shown(faceted.p50)}/${shown(faceted.p95)} ms`,
          ...(await weight(opened, stage)),
        };
        const words = Object.entries(told).map(([name, value]) => `${name} ${value}`);
        say(`  ${shown(from)} to ${shown(from + records)}: ${words.join(", ")}`);
        from = size;
      }
    } finally {
      await stage.close();
    }
    return {
      "records/s": { value: lastToFirst(rates), note: rates.map(shown).join(", ") },
      "search p95": { value: lastToFirst(p95s), note: `${p95s.map(shown).join(", ")} ms, with facets` },
    };
  },
});

const lastToFirst = (values: readonly number[]) => (values.at(-1) ?? Number.NaN) / (values[0] ?? Number.NaN);
