import { all, type As, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { type SearchResponse, TitleHit } from "@lienthong/proto/catalogue/v1/service.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { fitting } from "@lienthong/rpc/fitting.ts";
import { foldCanon } from "@lienthong/text/fold.ts";
import { canon } from "@lienthong/text/canon.ts";
import { sortKey } from "@lienthong/text/sort-key.ts";
import { inList, type KnownTitle, knownTitles } from "../titles/hit.ts";
import { filteredBy } from "./document.ts";
import { type Choices, passes, postFilter } from "./facets.ts";
import { type Asked, sizeOf } from "./search-body.ts";
import type { Question } from "./words.ts";

// Of a word that everybody uses, so many titles are looked at; of those that were chosen among them the best are shown.
const lookedAtMax = 200;
// A number and three switches.
const besideHitsBytesMax = 1024;
// The database is for other work as well: more at once are told to come again.
const atOnceMax = 4;
let atOnce = 0;

/**
 * What can be found without the search server: titles all of whose asked words stand in title, author or ISBN, from the
 * database, those that were chosen in the order that was asked for. No facets are counted, there are no further pages, and
 * of relevance is known only what a title begins with; the reader is told so.
 * @throws CallFault unavailable when too many ask at once, or nothing was asked for
 */
export async function limitedSearch(
  as: As,
  question: Question,
  choices: Choices,
  asked: Asked,
): Promise<SearchResponse> {
  const words = askedWords(question);
  if (words.length === 0 || atOnce >= atOnceMax)
    throw new CallFault("unavailable", "Search does not answer at present");
  atOnce += 1;
  try {
    const chosen = postFilter(choices);
    const titles = (await as((tx) => titlesWith(tx, words))).filter((title) => passes(filteredBy(title), chosen));
    const hits = titles
      .map((title) => seenBy(title, question))
      .sort((a, b) => orders[asked.sort](a, b) || byText(a.title.id, b.title.id))
      .slice(0, sizeOf(asked))
      .map(({ title }) => inList(title.hit));
    return {
      hits: fitting(hits, TitleHit, besideHitsBytesMax),
      total: BigInt(titles.length),
      ...{ facets: [], next: "", didYouMean: "", limited: true },
      folded: question.fold !== "" && !question.marked,
    };
  } finally {
    atOnce -= 1;
  }
}

const askedWords = ({ number, fold, phrases }: Question): string[] =>
  number
    ? [number]
    : [fold, ...phrases.map(foldCanon)].flatMap((text) => text.split(" ")).filter((word) => word !== "");

async function titlesWith(tx: Transaction, words: readonly string[]): Promise<KnownTitle[]> {
  const rows = await all<{ id: string }>(
    tx,
    sql`select title_id as id from title_words where words @> ${words}::text[] limit ${lookedAtMax}`,
  );
  const titles = await knownTitles(
    tx,
    rows.map((row) => row.id),
  );
  return titles.filter((title) => !title.gone);
}

type Seen = { title: KnownTitle; rank: number; order: string };

const seenBy = (title: KnownTitle, question: Question): Seen => ({
  title,
  rank: rank(title, question),
  order: sortKey(title.presented.title),
});

/** The title itself before those that begin with what was asked, and these before those that hold its words somewhere. */
function rank({ presented }: KnownTitle, { fold }: Question): number {
  const title = foldCanon(canon(presented.title));
  return title === fold ? 2 : title.startsWith(fold) ? 1 : 0;
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const byRank = (a: Seen, b: Seen) => b.rank - a.rank || b.title.holdings.length - a.title.holdings.length;
const orders: Record<Asked["sort"], (a: Seen, b: Seen) => number> = {
  "": byRank,
  relevance: byRank,
  newest: (a, b) => byText(b.title.presented.year ?? "", a.title.presented.year ?? ""),
  title: (a, b) => byText(a.order, b.order),
};
