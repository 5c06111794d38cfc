import { foldCanon } from "@lienthong/text/fold.ts";
import { pagesAgree } from "./agreement.ts";
import { nearlyEqual } from "./likeness.ts";
import type { MatchKeys } from "./match-keys.ts";
import { foldedAuthor } from "./names.ts";
import { noVolume } from "./volume.ts";

/** Why a pair stands in the review list. */
export type Reason =
  | "facts-contradict"
  | "identifiers-differ"
  | "description-incomplete"
  | "same-number"
  | "same-without-marks"
  | "title-nearly-same";

/** Same ISBN or ISSN, not united: other title, or a volume that only one of them names. Two named volumes of a set are two things. */
export function doubtSameNumber(a: MatchKeys, b: MatchKeys): boolean {
  if (a.told.form !== b.told.form) return false;
  return a.told.vol === b.told.vol || a.told.vol === noVolume || b.told.vol === noVolume;
}

/** Same title and author but for the marks, the same year or one unknown, and nothing that tells editions apart. */
export function doubtWithoutMarks(a: MatchKeys, b: MatchKeys): boolean {
  if (a.told.year && b.told.year && a.told.year !== b.told.year) return false;
  const subtitlesDiffer =
    a.told.subtitle !== "" && b.told.subtitle !== "" && foldCanon(a.told.subtitle) !== foldCanon(b.told.subtitle);
  const pagesDiffer =
    a.told.pages !== undefined && b.told.pages !== undefined && !pagesAgree(a.told.pages, b.told.pages);
  return mayBeOneEdition(a, b) && !(subtitlesDiffer && pagesDiffer);
}

/** Titles a slip apart, with all the rest the same. */
export function doubtNearlySame(a: MatchKeys, b: MatchKeys): boolean {
  if (a.told.title === b.told.title || !pagesAgree(a.told.pages, b.told.pages)) return false;
  const [x, y] = [foldedAuthor(a.told.author), foldedAuthor(b.told.author)];
  if (x && y && x !== y && !nearlyEqual(x, y)) return false;
  return mayBeOneEdition(a, b) && nearlyEqual(foldCanon(a.told.title), foldCanon(b.told.title));
}

function mayBeOneEdition(a: MatchKeys, b: MatchKeys): boolean {
  const [x, y] = [a.told, b.told];
  if (x.form !== y.form || x.vol !== y.vol) return false;
  if (x.lang && y.lang && x.lang !== y.lang) return false;
  // Two valid numbers for one book happen, but then the descriptions agree with their marks and ask for themselves.
  if (a.c2.length > 0 && b.c2.length > 0 && !a.c2.some((isbn) => b.c2.includes(isbn))) return false;
  if (x.publ && y.publ && foldCanon(x.publ) !== foldCanon(y.publ)) return false;
  if (x.edition !== undefined && y.edition !== undefined) return x.edition === y.edition;
  return (x.edition ?? 1) === (y.edition ?? 1) || pagesAgree(x.pages, y.pages);
}
