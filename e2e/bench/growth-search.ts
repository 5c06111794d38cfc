import { catalogueStage } from "./catalogue-stage.ts";
import { grow, growing, registerLibraries, searched, sizes } from "./growth.ts";
import { line } from "./line.ts";
import { shown } from "./pairs.ts";

export const measured = line({
  name: "growth-search",
  says: "p95 of a search with facets while the catalogue grows to a million records: at the end ÷ at the beginning",
  figures: { "last ÷ first": { unit: "×", floor: { atMost: 10 }, goal: { atMost: 4 } } },
  async run({ platform, seconds, say }) {
    const opened = await platform();
    const stage = await catalogueStage(opened);
    const ids = await registerLibraries(opened);
    const p95: number[] = [];
    let from = 0;
    try {
      const [there] = await stage.rows<{ n: number }>("select count(*)::int as n from record");
      for (const size of sizes()) {
        // A catalogue that grew before is measured as it is.
        if ((there?.n ?? 0) < size * 0.9) {
          await grow(opened, stage, ids, from, size);
          await stage.quiet();
        } else if (size !== sizes().at(-1)) {
          from = size;
          continue;
        }
        from = size;
        const { editions } = growing(Math.round(size / 1.6));
        const faceted = await searched(opened, editions, seconds * 2, false);
        const plain = await searched(opened, editions, seconds * 2, true);
        p95.push(faceted.p95);
        say(
          `  ${shown(size)} records: with facets ${shown(faceted.p50)}/${shown(faceted.p95)} ms (p50/p95), ` +
            `without ${shown(plain.p50)}/${shown(plain.p95)} ms`,
        );
      }
    } finally {
      await stage.close();
    }
    const [first = Number.NaN] = p95;
    return { "last ÷ first": { value: (p95.at(-1) ?? Number.NaN) / first, note: `${p95.map(shown).join(", ")} ms` } };
  },
});
