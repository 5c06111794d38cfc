import { canon } from "@lienthong/text/canon.ts";
import { fold, hasMarks } from "@lienthong/text/fold.ts";
import { isbn13, issn } from "../titles/isbn.ts";

/** What somebody typed, as search understands it. */
export type Question = {
  /** The canon and the fold of the words outside quotation marks. */
  canon: string;
  fold: string;
  /** At least one mark was typed: exact tones rank first. */
  marked: boolean;
  /** Canons of what stands in quotation marks: these words with these marks, in this order. */
  phrases: string[];
  /** The query is an ISBN or ISSN. */
  number?: string;
};

// A query is a line that a person types; what is longer is cut here and not searched for ever.
const wordsMax = 24;
const phrasesMax = 5;

/** Reads a query. */
export function questionOf(query: string): Question {
  const phrases: string[] = [];
  const rest = query.replace(/["“”]([^"“”]*)["“”]/gu, (_all, phrase: string) => {
    phrases.push(cut(canon(phrase)));
    return " ";
  });
  const number = isbn13(rest) ?? (/^\s*\d{4}-?\d{3}[\dXx]\s*$/.test(rest) ? issn(rest) : undefined);
  return {
    canon: cut(canon(rest)),
    fold: cut(fold(rest)),
    marked: hasMarks(rest),
    phrases: phrases.filter(Boolean).slice(0, phrasesMax),
    ...(number && phrases.length === 0 && !/\p{L}{2}/u.test(rest) ? { number } : {}),
  };
}

const cut = (words: string) => words.split(" ").slice(0, wordsMax).join(" ");

const all = (field: string, query: string, boost = 1) => ({ match: { [field]: { query, operator: "and", boost } } });
const phrase = (field: string, query: string, boost = 1) => ({ match_phrase: { [field]: { query, boost } } });
const whole = (field: string, value: string, boost: number) => ({ term: { [field]: { value, boost } } });

// Above what any number of other reasons adds up to: what was typed with its marks stands first.
const exactMarks = 1_000;

/**
 * The engine's query: every word must be there in its folded form, so that marks decide the order and never whether
 * something is found. All words with exactly their marks rank first; then titles before authors before the rest.
 */
export function queryOf({ canon, fold, marked, phrases, number }: Question): object {
  if (number) return { bool: { filter: [{ term: { numbers: number } }] } };
  if (fold === "" && phrases.length === 0) return { match_all: {} };
  const must: object[] = phrases.map((words) => phrase("all_canon", words));
  const should: object[] = phrases.flatMap((words) => [
    phrase("title_canon", words, 8),
    phrase("author_canon", words, 4),
  ]);
  if (fold !== "") {
    must.push(all("all_fold", fold));
    should.push(
      whole("title_whole", fold, 30),
      phrase("title_fold", fold, 8),
      all("title_fold", fold, 4),
      phrase("author_fold", fold, 6),
      all("author_fold", fold, 3),
      phrase("subject_fold", fold, 1),
    );
  }
  if (marked) {
    should.push(
      { constant_score: { filter: all("all_canon", canon), boost: exactMarks } },
      whole("title_whole_canon", canon, 40),
      phrase("title_canon", canon, 12),
      phrase("author_canon", canon, 8),
      { match: { title_canon: { query: canon, boost: 2 } } },
    );
  }
  return { bool: { must, should } };
}

/** Titles that sound like what was typed, for when nothing was found. */
export const likelyQuery = (words: string) => ({
  bool: {
    should: ["title_fold", "author_fold"].map((field) => ({
      match: { [field]: { query: words, operator: "and", fuzziness: "AUTO:3,6", prefix_length: 1, _name: field } },
    })),
  },
});
