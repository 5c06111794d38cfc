import { canon } from "@lienthong/text/canon.ts";
import { foldCanon } from "@lienthong/text/fold.ts";
import { sortKey } from "@lienthong/text/sort-key.ts";
import type { TitleHit } from "@lienthong/proto/catalogue/v1/service.ts";
import { inList, type KnownTitle } from "../titles/hit.ts";

// A key longer than this tells no title from another, and the engine refuses words beyond 32 KB.
const keyCharactersMax = 300;
const spellingsMax = 200;

/** The search document of a title: words as canon and as fold, what is filtered by, and what a result shows. */
export function documentOf(title: KnownTitle): object {
  const { presented, described, hit } = title;
  const all = [presented, ...described];
  const titles = written(
    all.flatMap((one) => [one.title, [one.title, one.part, one.volume, one.subtitle].filter(Boolean).join(" ")]),
  );
  const authors = written(all.flatMap((one) => one.authors));
  const subjects = written(all.flatMap((one) => one.subjects));
  const others = written(
    all.flatMap((one) => [one.publisher, one.place, one.year, one.responsibility, one.originalTitle, ...one.series]),
  );
  const whole = canon(presented.title).slice(0, keyCharactersMax);
  return {
    id: title.id,
    title_canon: titles,
    title_fold: folds(titles),
    author_canon: authors,
    author_fold: folds(authors),
    subject_canon: subjects,
    subject_fold: folds(subjects),
    other_canon: others,
    other_fold: folds(others),
    title_whole_canon: whole,
    title_whole: foldCanon(whole),
    title_order: sortKey(presented.title),
    numbers: each(all.flatMap((one) => [...one.isbn13s, one.issn ?? "", ...one.ddc])),
    ...filteredBy(title),
    holders: new Set(title.holdings.map((holding) => holding.libraryId)).size,
    hit: inList(hit),
  };
}

/** What a title is filtered by, the fields that facets name. */
export function filteredBy({ presented, holdings, hit }: KnownTitle) {
  const there = holdings.filter((holding) => holding.available > 0);
  return {
    library: each(holdings.map((holding) => holding.libraryId)),
    province: each(holdings.map((holding) => holding.province)),
    kind: presented.kind,
    language: presented.language ?? "",
    year: presented.year ?? "",
    availability: availabilityOf(hit),
    available_at: each(there.map((holding) => holding.libraryId)),
    available_in: each(there.map((holding) => holding.province)),
  };
}

/** How soon a title can be had. What circulation has told nothing of is not known, and not on loan. */
function availabilityOf({ items, available, onSite, unknown }: TitleHit): string {
  if (available > 0) return "available";
  if (unknown > 0) return "unknown";
  if (items > onSite) return "on-loan";
  return items > 0 ? "on-site" : "none";
}

const written = (texts: readonly (string | undefined)[]): string[] =>
  // Most libraries write most things alike: each spelling is made a canon once.
  each([...new Set(texts)].map((text) => canon(text ?? ""))).slice(0, spellingsMax);
const folds = (canons: readonly string[]): string[] => each(canons.map(foldCanon));
const each = (texts: readonly string[]): string[] => [...new Set(texts.filter((text) => text !== ""))];
