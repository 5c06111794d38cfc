import { bareCatalogue } from "./bare-catalogue.ts";
import { catalogueStage, done } from "./catalogue-stage.ts";
import { line } from "./line.ts";

const titles = 6_000;

export const measured = line({
  name: "P8",
  says: "documents a second when the index is filled anew from the database ÷ bare bulk with refresh off",
  figures: { rebuild: { unit: "×", floor: { atLeast: 0.5 }, goal: { atLeast: 0.75 } } },
  async run({ platform, pairs }) {
    const opened = await platform();
    const stage = await catalogueStage(opened);
    const seed = Math.floor(Date.now() / 1000);
    await stage.take((await stage.files({ seed, editions: titles * 2, libraries: 3 }, titles / 2)).paths);
    await stage.quiet();
    const bare = await bareCatalogue(opened);
    const [counted] = await stage.rows<{ n: number }>("select count(*)::int as n from title where not gone");
    const n = counted?.n ?? 0;
    const live = async () =>
      (await stage.rows<{ name: string }>("select name from search_index where state = 'LIVE'"))[0]?.name;
    try {
      return {
        rebuild: await pairs({
          of: "documents/s",
          async ours() {
            const former = await live();
            const started = performance.now();
            await stage.rows("select graphile_worker.add_job('rebuild-search')");
            await done(async () => ((await live()) === former ? 1 : 0));
            return (n * 1000) / (performance.now() - started);
          },
          // As long as ours takes, or nearly: more would measure merges that ours is spared.
          bare: (seconds) => bare.bulk(seconds),
          note: `${n} titles, two bulks at a time`,
        }),
      };
    } finally {
      await bare.close();
      await stage.close();
    }
  },
});
