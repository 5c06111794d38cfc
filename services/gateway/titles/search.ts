import { z } from "zod";
import { route, sends } from "../frame/route.ts";
import { after, count, libraryCode, text } from "../frame/shapes.ts";
import { shownHit, titleHit } from "./title.ts";

const chosen = z.array(z.string().min(1).max(100)).max(50);
const facets = {
  library: z.array(libraryCode).max(50).optional().describe("Only titles of these libraries."),
  province: chosen.optional(),
  kind: chosen.optional(),
  language: chosen.optional(),
  year: chosen.optional(),
  availability: chosen.optional(),
};
const facetNames = ["province", "kind", "language", "year", "availability"] as const;

const facet = z
  .object({ name: z.string(), values: z.array(z.object({ value: z.string(), label: text, count })) })
  .meta({ id: "Facet" });

export const searchTitles = route({
  method: "GET",
  path: "/api/v1/titles",
  name: "searchTitles",
  summary: "Finds titles in the union catalogue; Vietnamese with marks or without",
  public: true,
  query: z.strictObject({
    q: z.string().max(500).default("").describe("Words of title, author, subject; or a number such as an ISBN."),
    size: z.coerce.number().int().min(1).max(50).default(20),
    after,
    sort: z.enum(["relevance", "newest", "title"]).default("relevance"),
    ...facets,
  }),
  replies: {
    200: z
      .object({
        total: count,
        hits: z.array(titleHit),
        facets: z.array(facet),
        next: text.describe("Ask with it as `after` for what follows; absent after the last."),
        folded: z.boolean().describe("The words came without marks, so marked ones were found too."),
        didYouMean: text,
        limited: z
          .boolean()
          .describe(
            "The search server is away: only words of title, author and ISBN were looked for, among some of the titles that have them; what was chosen holds, no facets are counted.",
          ),
      })
      .meta({ id: "SearchResult" }),
  },
  async call({ query }, caller) {
    const libraries = await Promise.all((query.library ?? []).map((code) => caller.libraryOf(code)));
    const choices = [
      { name: "library", values: libraries },
      ...facetNames.map((name) => ({ name, values: query[name] ?? [] })),
    ].filter(({ values }) => values.length > 0);
    const sort = query.sort === "relevance" ? "" : query.sort;
    const found = await caller.catalogue.search({
      query: query.q,
      size: query.size,
      after: query.after,
      facets: choices,
      sort,
      withoutFacets: false,
    });
    return sends(200, { ...found, hits: found.hits.map(shownHit) });
  },
});
