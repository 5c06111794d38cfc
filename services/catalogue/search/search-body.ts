import { createHash } from "node:crypto";
import { badInput } from "@lienthong/rpc/fault.ts";
import { z } from "zod";
import { aggregations, type Choices, facetNames, postFilter } from "./facets.ts";
import { queryOf, type Question } from "./words.ts";

const sorts = {
  "": [{ _score: "desc" }, { holders: "desc" }, { id: "asc" }],
  relevance: [{ _score: "desc" }, { holders: "desc" }, { id: "asc" }],
  newest: [{ year: "desc" }, { id: "asc" }],
  title: [{ title_order: "asc" }, { id: "asc" }],
};

/** What may be asked of search. */
export const shape = z.object({
  query: z.string().max(500, "at most 500 characters"),
  size: z.number().int().min(0).max(50, "at most 50 titles a page"),
  after: z.string().max(2_000),
  facets: z
    .array(
      z.object({
        name: z.enum(facetNames, `one of ${facetNames.join(", ")}`),
        values: z.array(z.string().max(100)).max(50, "at most 50 values a facet"),
      }),
    )
    .max(12, "at most 12 choices"),
  sort: z.enum(["", "relevance", "newest", "title"], "relevance, newest or title"),
  withoutFacets: z.boolean(),
});

export type Asked = z.output<typeof shape>;
// Beyond this the number of results tells nobody anything and costs more than the search itself.
const countedMax = 100_000;

export const sizeOf = ({ size }: Asked) => size || 20;

/** What the engine is asked. */
export const searchBody = (asked: Asked, question: Question, choices: Choices): object => ({
  query: queryOf(question),
  post_filter: postFilter(choices),
  ...(asked.withoutFacets ? {} : { aggs: aggregations(choices) }),
  size: sizeOf(asked),
  sort: sorts[asked.sort],
  track_total_hits: countedMax,
  _source: ["hit"],
  timeout: "1500ms",
  ...(asked.after === "" ? {} : { search_after: placeOf(asked) }),
});

// What a place is made of, by sorting. A token comes from outside: of another kind the engine would call it our mistake.
const byRank = z.tuple([z.number(), z.int(), z.string()]);
const byText = z.tuple([z.string(), z.string()]);
const places = { "": byRank, relevance: byRank, newest: byText, title: byText };

// A page's token belongs to its query: with another one it would point to a place that there is not.
const queryHash = ({ query, sort, facets }: Asked) =>
  createHash("sha256")
    .update(JSON.stringify([query, sort, facets]))
    .digest("base64url")
    .slice(0, 8);

export const tokenOf = (asked: Asked, place: unknown[]) =>
  Buffer.from(JSON.stringify([queryHash(asked), ...place])).toString("base64url");

function placeOf(asked: Asked): unknown[] {
  try {
    const [hash, ...place] = JSON.parse(Buffer.from(asked.after, "base64url").toString()) as unknown[];
    if (hash === queryHash(asked) && places[asked.sort].safeParse(place).success) return place;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw badInput({ field: "after", problem: "the token of the page before, with the same query" });
}
