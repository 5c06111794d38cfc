import { type SearchRequest, type SearchResponse, TitleHit } from "@lienthong/proto/catalogue/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { fitting } from "@lienthong/rpc/fitting.ts";
import { checked } from "../asked.ts";
import { ownSettings } from "../settings.ts";
import { choicesOf, type Counted, facetsOf } from "./facets.ts";
import { keysIn, labelsOf } from "./labels.ts";
import { limitedSearch } from "./limited.ts";
import { searchBody, shape, sizeOf, tokenOf } from "./search-body.ts";
import { askForReader, SearchServerError } from "./server.ts";
import { likelyQuery, type Question, questionOf } from "./words.ts";

// The facets' values with the names of a hundred libraries and of the provinces, and the token of the next page.
const besideHitsBytesMax = 128 * 1024;

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
  if (!found) return limitedSearch((step) => caller.as(step), question, choices, asked);
  const { hits: page, total } = found.hits;
  const facets = found.aggregations;
  // Documents of the release before lack these two until the index is filled again.
  const kept = page.map((hit) => ({ onSite: 0, unknown: 0, ...hit._source.hit }));
  const hits = fitting(kept, TitleHit, besideHitsBytesMax);
  const last = page[hits.length - 1];
  return {
    hits,
    total: BigInt(total.value),
    facets: facets ? facetsOf(facets, await labelsOf((step) => caller.as(step), keysIn(facets))) : [],
    // A page that did not fit into a message goes on with the next, as a full one does.
    next: last && (hits.length < page.length || hits.length === sizeOf(asked)) ? tokenOf(asked, last.sort) : "",
    folded: question.fold !== "" && !question.marked,
    didYouMean: total.value === 0 && question.fold !== "" ? await likely(question).catch(nothing) : "",
    limited: false,
  };
});

type KeptHit = Omit<TitleHit, "onSite" | "unknown"> & Partial<TitleHit>;
type Found = {
  hits: { total: { value: number }; hits: { _source: { hit: KeptHit }; sort: unknown[] }[] };
  aggregations?: Counted;
};

// What was found, nothing, is the answer; a guess at what was meant only stands beside it.
const nothing = () => "";

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
