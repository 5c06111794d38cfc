import { catalogueStage } from "./catalogue-stage.ts";
import { line } from "./line.ts";
import { drive, percentile } from "./load.ts";
import type { MadeCatalogue } from "./made-catalogue.ts";
import { ourSearch, searchFor, twoWords } from "./search-stage.ts";

const editions = 14_000;
const clients = 2;

export const measured = line({
  name: "P10",
  says: "the same search with all six facets ÷ without: p95",
  figures: { facets: { unit: "×", floor: { atMost: 8 }, goal: { atMost: 3 } } },
  async run({ platform, pairs }) {
    const opened = await platform();
    const stage = await catalogueStage(opened);
    const made: MadeCatalogue = { seed: 9, editions, libraries: 3 };
    await stage.take((await stage.files(made, editions)).paths);
    await stage.quiet();
    await stage.close();
    const search = ourSearch(opened);
    const p95 = (withoutFacets: boolean) => async (seconds: number) =>
      percentile((await drive(clients, seconds, (n) => search(searchFor(twoWords(made, n), withoutFacets)))).ms, 0.95);
    return { facets: await pairs({ of: "ms p95", ours: p95(false), bare: p95(true), note: `${clients} clients` }) };
  },
});
