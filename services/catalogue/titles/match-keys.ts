import { controlField, dataFields, first, type MarcRecord, subfields, valuesOf } from "@lienthong/marc/record.ts";
import { canon } from "@lienthong/text/canon.ts";
import { foldCanon } from "@lienthong/text/fold.ts";
import { editionNumber } from "./edition.ts";
import { formKey, isThesis, isUnique } from "./form.ts";
import { imprintOf, pagesOf, publisherKey } from "./imprint.ts";
import { isbn13, issn } from "./isbn.ts";
import { authorKey, foldedAuthor } from "./names.ts";
import { titleParts, volumeOf } from "./title-parts.ts";

/**
 * What a record says of itself, made comparable. An empty text means: the record does not say. All are canons but
 * `form`, `lang` and `vol`; `pages` is absent when unknown, `edition` is absent when no number is given.
 */
export type Told = {
  form: string;
  vol: string;
  title: string;
  subtitle: string;
  author: string;
  year: string;
  publ: string;
  lang: string;
  edition?: number;
  pages?: number;
};

/**
 * The keys by which records of one edition find each other (docs/decisions/0012-match-keys.md).
 *
 * S1 to S4 unite: `s1` a valid ISBN with a second witness, `s2` an ISSN with a word of the title, `s3` a number of a national bibliography, `s4` a
 * description without identifiers. C1 to C3 only bring pairs before a person: `c1` the same title and author without marks,
 * `c2` the same ISBN or ISSN, `c3` the same publisher and year and the same page count or author.
 */
export type MatchKeys = {
  s1: string[];
  s2: string[];
  s3: string[];
  s4?: string;
  c1?: string;
  c2: string[];
  c3: string[];
  told: Told;
};

// A record names a handful of ISBN; hundreds come from broken conversions and would unite everything with everything.
const isbnsMax = 20;
const headSyllables = 4;
const lettersMin = 4;

/** The match keys of a record: a pure function of its text, the same for every library that catalogued alike. */
export function matchKeys(record: MarcRecord): MatchKeys {
  const told = toldBy(record);
  const folded = { title: foldCanon(told.title), author: foldedAuthor(told.author), publ: foldCanon(told.publ) };
  const head = folded.title.split(" ").slice(0, headSyllables).join(" ");
  const letters = lettersOf(folded.title);
  const isbns = isbnsOf(record);
  const issns = record.leader[7] === "s" ? issnsOf(record) : [];

  const s1: string[] = [];
  for (const isbn of isbns) {
    if (head) s1.push(key(isbn, told.vol, told.form, "title", head));
    // A slip of the keyboard in the first words mostly leaves the letters that a title is made of.
    if (letters) s1.push(key(isbn, told.vol, told.form, "letters", letters));
  }
  const s4 = describesAlone(record, told)
    ? key(told.title, told.year, String(told.edition ?? 1), told.vol, told.publ, told.form)
    : undefined;
  // Nobody is asked whether two manuscripts are one.
  const unique = isUnique(record);
  const c1 = folded.title && !unique ? key(folded.title, folded.author, told.vol) : undefined;
  const c3: string[] = [];
  if (told.pages && told.year && folded.publ && !unique) {
    c3.push(key("pages", folded.publ, told.year, told.vol, told.form, String(told.pages)));
    if (folded.author) c3.push(key("author", folded.publ, told.year, told.vol, told.form, folded.author));
  }
  return {
    s1,
    s2: issns.flatMap((number) => witnesses(folded.title).map((word) => key(number, told.form, word))),
    s3: nationalNumbers(record).map((number) => key(number, told.vol, told.form)),
    ...(s4 && { s4 }),
    ...(c1 && { c1 }),
    c2: [...isbns, ...issns],
    c3,
    told,
  };
}

/** The record's statements as keys compare them. */
function toldBy(record: MarcRecord): Told {
  const parts = titleParts(record);
  const imprint = imprintOf(record);
  const edition = editionNumber(first(record, "250", "a") ?? "");
  const pages = pagesOf(record);
  return {
    form: formKey(record),
    vol: volumeOf(record, parts),
    title: canon(parts.proper),
    subtitle: canon([parts.part, parts.subtitle].filter(Boolean).join(" ")),
    author: authorKey(record),
    year: imprint.year ?? "",
    // A thesis has no publisher; its school is given or not, so that it is one is all that counts.
    publ: isThesis(record) ? "thesis" : publisherKey(imprint.publisher ?? ""),
    lang: languageOf(record),
    ...(edition && { edition }),
    ...(pages && { pages }),
  };
}

/** All valid ISBN of the record as 13 digits, each once, cancelled ones ($z) left out. */
export function isbnsOf(record: MarcRecord): string[] {
  const found = subfields(record, "020", "a").flatMap((text) => isbn13(text) ?? []);
  return [...new Set(found)].sort().slice(0, isbnsMax);
}

/** The language of the text: 008/35-37, else 041 $a; empty when neither names one. */
export function languageOf(record: MarcRecord): string {
  const codes = [controlField(record, "008")?.slice(35, 38) ?? "", (first(record, "041", "a") ?? "").slice(0, 3)];
  return codes.map((code) => code.toLowerCase()).find((code) => /^[a-z]{3}$/.test(code) && !noLanguage.has(code)) ?? "";
}

const noLanguage = new Set(["und", "mul", "zxx"]);

// Each manuscript, archive or woodblock print is itself; a thesis is known by its author.
function describesAlone(record: MarcRecord, told: Told): boolean {
  if (isUnique(record)) return false;
  if (isThesis(record) && !told.author) return false;
  return told.title !== "" && told.year !== "" && told.publ !== "";
}

/** Each letter of a folded title once and its numbers as they stand; empty when that is too little to tell titles apart. */
function lettersOf(foldedTitle: string): string {
  const letters = [...new Set(foldedTitle.replace(/[\d\s]/g, ""))].sort().join("");
  return letters.length >= lettersMin ? [letters, ...(foldedTitle.match(/\d+/g) ?? [])].join(" ") : "";
}

/**
 * The words of a serial's title that tell it from others: one of them in common makes an ISSN believed, so that "Tạp chí
 * Cộng sản" and "Cộng sản" are one, and two serials are not that got the same number by mistake.
 */
function witnesses(foldedTitle: string): string[] {
  const words = [...new Set(foldedTitle.split(" "))].filter((word) => word !== "" && !ofManySerials.has(word));
  return words.length > 0 ? words.slice(0, witnessesMax) : [foldedTitle];
}

const witnessesMax = 6;
const ofManySerials = new Set(
  "tap chi bao san ban tin thong khoa hoc cua va the of and in a journal bulletin review magazine newsletter annals proceedings".split(
    " ",
  ),
);

function issnsOf(record: MarcRecord): string[] {
  return [...new Set(subfields(record, "022", "a").flatMap((text) => issn(text) ?? []))].sort().slice(0, isbnsMax);
}

// A number without the name of its bibliography ($2) is a number of nobody knows what.
function nationalNumbers(record: MarcRecord): string[] {
  return dataFields(record, "015").flatMap((field) => {
    const source = canon(valuesOf(field, "2")[0] ?? "");
    return source
      ? valuesOf(field, "a").flatMap((number) => (canon(number) ? [`${source} ${canon(number)}`] : []))
      : [];
  });
}

function key(...parts: string[]): string {
  return parts.join("|");
}
