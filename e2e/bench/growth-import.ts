import { catalogueStage } from "./catalogue-stage.ts";
import { grow, growing, registerLibraries, searched, sizes, weight } from "./growth.ts";
import { line } from "./line.ts";
import { shown } from "./pairs.ts";

export const measured = line({
  name: "growth-import",
  says: "records imported a second while the catalogue grows to a million: the last stretch ÷ the first",
  figures: { "last ÷ first": { unit: "×", floor: { atLeast: 0.5 }, goal: { atLeast: 0.8 } } },
  async run({ platform, seconds, say }) {
    const opened = await platform();
    const stage = await catalogueStage(opened);
    const ids = await registerLibraries(opened);
    const rates: number[] = [];
    let from = 0;
    try {
      for (const size of sizes()) {
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
    const [first = Number.NaN] = rates;
    return {
      "last ÷ first": { value: (rates.at(-1) ?? Number.NaN) / first, note: `${rates.map(shown).join(", ")} records/s` },
    };
  },
});
