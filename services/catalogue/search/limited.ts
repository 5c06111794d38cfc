import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { type SearchResponse, TitleHit } from "@lienthong/proto/catalogue/v1/service.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { fitting } from "@lienthong/rpc/fitting.ts";
import { foldCanon } from "@lienthong/text/fold.ts";
import { canon } from "@lienthong/text/canon.ts";
import { inList, type KnownTitle, knownTitles } from "../titles/hit.ts";
import type { Question } from "./words.ts";

// Of a word that everybody uses, so many titles are looked at; the best of them are shown.
const lookedAtMax = 200;
const shownMax = 50;
// A number and three switches.
const besideHitsBytesMax = 1024;
// The database is for other work as well: more at once are told to come again.
const atOnceMax = 4;
let atOnce = 0;

/**
 * What can be found without the search server: titles all of whose asked words stand in title, author or ISBN, from the
 * database. Without facets, further pages or an order of relevance; the reader is told so.
 * @throws CallFault unavailable when too many ask at once, or nothing was asked for
 */
export async function limitedSearch(
  as: <Result>(step: (tx: Transaction) => Promise<Result>) => Promise<Result>,
  question: Question,
  size: number,
): Promise<SearchResponse> {
  const words = askedWords(question);
  if (words.length === 0 || atOnce >= atOnceMax)
    throw new CallFault("unavailable", "Search does not answer at present");
  atOnce += 1;
  try {
    const titles = await as((tx) => titlesWith(tx, words));
    const hits = titles
      .sort((a, b) => rank(b, question) - rank(a, question) || b.holdings.length - a.holdings.length || byId(a, b))
      .slice(0, Math.min(size, shownMax))
      .map((title) => inList(title.hit));
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

/** The title itself before those that begin with what was asked, and these before those that hold its words somewhere. */
function rank({ presented }: KnownTitle, { fold }: Question): number {
  const title = foldCanon(canon(presented.title));
  return title === fold ? 2 : title.startsWith(fold) ? 1 : 0;
}

const byId = (a: KnownTitle, b: KnownTitle) => (a.id < b.id ? -1 : 1);
