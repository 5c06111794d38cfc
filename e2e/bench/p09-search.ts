import { catalogueStage } from "./catalogue-stage.ts";
import { line } from "./line.ts";
import { drive, percentile } from "./load.ts";
import type { MadeCatalogue } from "./made-catalogue.ts";
import { bareSearch, ourSearch, searchFor, twoWords } from "./search-stage.ts";

const editions = 14_000;
const clients = 2;

export const measured = line({
  name: "P9",
  says: "search for two words of a title, ten results: p95 through the service ÷ p95 of the search server asked the same",
  figures: {
    "with facets": { unit: "×", floor: { atMost: 1.5 }, goal: { atMost: 1.25 } },
    "without facets": { unit: "×", floor: { atMost: 2 }, goal: { atMost: 1.5 } },
  },
  async run({ platform, pairs }) {
    const opened = await platform();
    const stage = await catalogueStage(opened);
    const made: MadeCatalogue = { seed: 9, editions, libraries: 3 };
    await stage.take((await stage.files(made, editions)).paths);
    await stage.quiet();
    await stage.close();
    const search = ourSearch(opened);
    const compare = (withoutFacets: boolean) => {
      const p95 = (asked: (n: number) => Promise<void>) => async (seconds: number) =>
        percentile((await drive(clients, seconds, asked)).ms, 0.95);
      const request = (n: number) => searchFor(twoWords(made, n), withoutFacets);
      return pairs({
        of: "ms p95",
        ours: p95((n) => search(request(n))),
        bare: p95((n) => bareSearch(opened, request(n))),
        note: `${clients} clients; not compared with Zebra, which is not there`,
      });
    };
    return { "with facets": await compare(false), "without facets": await compare(true) };
  },
});
