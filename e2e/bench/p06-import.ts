import { readFileSync } from "node:fs";
import { bareCatalogue } from "./bare-catalogue.ts";
import { catalogueStage } from "./catalogue-stage.ts";
import { line } from "./line.ts";
import { walk } from "./marc-walker.ts";
import { shown } from "./pairs.ts";

// At about a thousand a second a round takes as long as the others.
const recordsPerSecond = 1_000;

export const measured = line({
  name: "P6",
  says: "records a second from file to rows, events and search ÷ the slowest bare stage of parsing, inserting and indexing",
  figures: { import: { unit: "×", floor: { atLeast: 0.35 }, goal: { atLeast: 0.5 } } },
  async run({ seconds, platform, pairs }) {
    const opened = await platform();
    const stage = await catalogueStage(opened);
    // Something must be in the index that the bare one takes its documents from.
    let seed = Math.floor(Date.now() / 1000);
    const next = (records: number) =>
      stage.files({ seed: (seed += 1), editions: records * 2, libraries: 3 }, Math.ceil(records / 3));
    await stage.take((await next(900)).paths);
    const bare = await bareCatalogue(opened);
    const stages: Record<string, number> = {};
    try {
      const figure = await pairs({
        of: "records/s",
        between: () => stage.quiet(),
        async ours() {
          const { paths, records } = await next(Math.max(2_000, seconds * recordsPerSecond));
          const started = performance.now();
          await stage.take(paths);
          return (records * 1000) / (performance.now() - started);
        },
        async bare() {
          const file = readFileSync((await next(3_000)).paths[0] ?? "");
          stages.parse = rate(seconds, () => walk(file, () => undefined));
          stages.insert = await bare.insert(seconds);
          stages.index = await bare.bulk(seconds);
          return Math.min(...Object.values(stages));
        },
      });
      const note = Object.entries(stages).map(([name, perSecond]) => `${name} ${shown(perSecond)}/s`);
      return { import: { ...figure, note: `bare stages: ${note.join(", ")}` } };
    } finally {
      await bare.close();
      await stage.close();
    }
  },
});

function rate(seconds: number, once: () => number): number {
  const started = performance.now();
  let records = 0;
  while (performance.now() - started < seconds * 1000) records += once();
  return (records * 1000) / (performance.now() - started);
}
