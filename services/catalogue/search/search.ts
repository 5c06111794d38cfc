import { createHash } from "node:crypto";
import type { SearchRequest, SearchResponse, TitleHit } from "@lienthong/proto/catalogue/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { badInput, CallFault } from "@lienthong/rpc/fault.ts";
import { z } from "zod";
import { checked } from "../asked.ts";
import { ownSettings } from "../settings.ts";
import { aggregations, type Choices, choicesOf, type Counted, facetNames, facetsOf, postFilter } from "./facets.ts";
import { keysIn, labelsOf } from "./labels.ts";
import { limitedSearch } from "./limited.ts";
import { askForReader, SearchServerError } from "./server.ts";
import { likelyQuery, queryOf, type Question, questionOf } from "./words.ts";

/** Finds titles, for everybody. While the search server is away, by the words of their titles in the database. */
export const Search = query<SearchRequest, SearchResponse>(async (ask, caller) => {
  const asked = checked(shape, ask);
  const question = questionOf(asked.query);
  const choices = choicesOf(asked.facets);
  const found = await askForReader<Found>({
    method: "POST",
    path: `/${ownSettings().SEARCH_INDEX}/_search`,
    body: searchBody(asked, question, choices),
  }).catch((cause: Error) => {
    // It answers, but not to this: the index is none of ours, or the query is wrong. Readers are served, somebody must look.
    const { cause: why } = cause;
    if (why instanceof SearchServerError && why.status === 400)
      caller.log.error({ err: why, runbook: "search-refused" }, "the search server refuses a search");
    if (!(cause instanceof CallFault) || asked.after !== "") throw cause;
    return undefined;
  });
  if (!found) return limitedSearch((step) => caller.as(step), question, sizeOf(asked));
  const { hits, total } = found.hits;
  const facets = found.aggregations;
  const last = hits.at(-1);
  return {
    // Documents of the release before lack these two until the index is filled again.
    hits: hits.map((hit) => ({ onSite: 0, unknown: 0, ...hit._source.hit })),
    total: BigInt(total.value),
    facets: facets ? facetsOf(facets, await labelsOf((step) => caller.as(step), keysIn(facets))) : [],
    next: last && hits.length === sizeOf(asked) ? tokenOf(asked, last.sort) : "",
    folded: question.fold !== "" && !question.marked,
    didYouMean: total.value === 0 && question.fold !== "" ? await likely(question) : "",
    limited: false,
  };
});

const sorts = {
  "": [{ _score: "desc" }, { holders: "desc" }, { id: "asc" }],
  relevance: [{ _score: "desc" }, { holders: "desc" }, { id: "asc" }],
  newest: [{ year: "desc" }, { id: "asc" }],
  title: [{ title_order: "asc" }, { id: "asc" }],
};

const shape = z.object({
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

type Asked = z.output<typeof shape>;
type KeptHit = Omit<TitleHit, "onSite" | "unknown"> & Partial<TitleHit>;
type Found = {
  hits: { total: { value: number }; hits: { _source: { hit: KeptHit }; sort: unknown[] }[] };
  aggregations?: Counted;
};

// Beyond this the number of results tells nobody anything and costs more than the search itself.
const countedMax = 100_000;

const sizeOf = ({ size }: Asked) => size || 20;

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

/** A title or an author that sounds like what was typed; empty when there is none. */
async function likely(question: Question): Promise<string> {
  type Likely = { hits: { hits: { _source: { hit: TitleHit }; matched_queries?: string[] }[] } };
  const { hits } = await askForReader<Likely>({
    method: "POST",
    path: `/${ownSettings().SEARCH_INDEX}/_search`,
    body: { query: likelyQuery(question.fold), size: 1, _source: ["hit.title", "hit.author"] },
  });
  const [best] = hits.hits;
  if (!best) return "";
  const { title, author } = best._source.hit;
  return best.matched_queries?.includes("title_fold") ? title : author;
}

// A page's token belongs to its query: with another one it would point to a place that there is not.
const queryHash = ({ query, sort, facets }: Asked) =>
  createHash("sha256")
    .update(JSON.stringify([query, sort, facets]))
    .digest("base64url")
    .slice(0, 8);

const tokenOf = (asked: Asked, place: unknown[]) =>
  Buffer.from(JSON.stringify([queryHash(asked), ...place])).toString("base64url");

function placeOf(asked: Asked): unknown[] {
  try {
    const [hash, ...place] = JSON.parse(Buffer.from(asked.after, "base64url").toString()) as unknown[];
    if (hash === queryHash(asked) && place.length === sorts[asked.sort].length) return place;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw badInput({ field: "after", problem: "the token of the page before, with the same query" });
}
