import type { Suggestion, SuggestRequest, SuggestResponse, TitleHit } from "@lienthong/proto/catalogue/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { canon } from "@lienthong/text/canon.ts";
import { fold, hasMarks } from "@lienthong/text/fold.ts";
import { z } from "zod";
import { checked } from "../asked.ts";
import { ownSettings } from "../settings.ts";
import { askForReader } from "./server.ts";

/** What may be meant by the beginning of a query: titles that go on so, and authors. Marks need not be typed. */
export const Suggest = query<SuggestRequest, SuggestResponse>(async (ask) => {
  const typed = checked(z.object({ query: z.string().max(200, "at most 200 characters") }), ask).query;
  const words = fold(typed);
  if (words === "") return { suggestions: [] };
  const { hits } = await askForReader<Found>({
    method: "POST",
    path: `/${ownSettings().SEARCH_INDEX}/_search`,
    body: {
      query: begunQuery(typed, words),
      size: 30,
      sort: [{ _score: "desc" }, { holders: "desc" }, { id: "asc" }],
      _source: ["hit.id", "hit.title", "hit.author"],
      timeout: "500ms",
    },
  });
  return { suggestions: shown(hits.hits, words) };
});

type Found = { hits: { hits: { _source: { hit: TitleHit }; matched_queries?: string[] }[] } };

const suggestionsMax = 8;

function begunQuery(typed: string, words: string): object {
  const begins = (field: string, boost: number) => ({
    match_phrase_prefix: { [field]: { query: words, max_expansions: 50, boost, _name: field } },
  });
  const finished = canon(typed).split(" ").slice(0, -1).join(" ");
  return {
    bool: {
      must: [
        {
          bool: {
            should: [
              { prefix: { title_whole: { value: words, boost: 20, _name: "title_whole" } } },
              begins("title_fold", 5),
              begins("author_fold", 3),
            ],
          },
        },
      ],
      // Titles with the marks that were typed come before those that only sound so; the last word may be half typed.
      should:
        hasMarks(typed) && finished !== ""
          ? [{ constant_score: { filter: { match: { all_canon: { query: finished, operator: "and" } } }, boost: 100 } }]
          : [],
    },
  };
}

/** Each text once: a title by its id, an author by the name alone. */
function shown(hits: Found["hits"]["hits"], words: string): Suggestion[] {
  const suggestions = new Map<string, Suggestion>();
  for (const { _source, matched_queries: matched = [] } of hits) {
    const { id, title, author } = _source.hit;
    const byTitle = matched.some((name) => name !== "author_fold");
    const named = author.split("; ").find((name) => ` ${fold(name)}`.includes(` ${words}`)) ?? author;
    const suggestion = byTitle ? { text: title, titleId: id, author } : { text: named, titleId: "", author: "" };
    const key = `${byTitle} ${fold(suggestion.text)}`;
    if (suggestion.text !== "" && !suggestions.has(key)) suggestions.set(key, suggestion);
  }
  return [...suggestions.values()].slice(0, suggestionsMax);
}
