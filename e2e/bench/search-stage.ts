import { choicesOf } from "@lienthong/catalogue/search/facets.ts";
import { searchBody } from "@lienthong/catalogue/search/search-body.ts";
import { questionOf } from "@lienthong/catalogue/search/words.ts";
import type { SearchRequest } from "@lienthong/proto/catalogue/v1/service.ts";
import { ask } from "./bare-catalogue.ts";
import { edition, type MadeCatalogue } from "./made-catalogue.ts";
import type { BenchPlatform } from "./platform.ts";

/** A search for two words of a title, with the ten best of what is found. */
export const searchFor = (query: string, withoutFacets: boolean): SearchRequest => ({
  ...{ query, withoutFacets, size: 10, after: "", facets: [], sort: "" },
});

/** Two neighbouring words of the title of the nth edition, without marks as most people type them. */
export function twoWords(made: MadeCatalogue, n: number): string {
  const words = edition(made, (n * 7_919) % made.editions).title.split(" ");
  const at = n % (words.length - 1);
  const typed = words.slice(at, at + 2).join(" ");
  return typed.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d").replaceAll("Đ", "D");
}

/** Asks the search server itself the very question that the service asks it. */
export async function bareSearch(platform: BenchPlatform, request: SearchRequest): Promise<void> {
  const body = searchBody({ ...request, sort: "", facets: [] }, questionOf(request.query), choicesOf([]));
  const path = "/titles/_search?allow_partial_search_results=false";
  await ask(platform, "POST", path, JSON.stringify(body));
}

/** Asks the platform's search through its own door. */
export function ourSearch(platform: BenchPlatform): (request: SearchRequest) => Promise<void> {
  return async (request) => {
    // A token lives for a minute; it is kept as long as it is good.
    const { catalogue } = await platform.doors.as("sample-cataloguer");
    const { limited } = await catalogue.search(request);
    if (limited) throw new Error("Search is limited: the search server is away");
  };
}
