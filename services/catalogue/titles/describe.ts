import { dataFields, first, type MarcRecord, subfields, valuesOf } from "@lienthong/marc/record.ts";
import { carrierOf, isThesis } from "./form.ts";
import { imprintOf } from "./imprint.ts";
import { issn } from "./isbn.ts";
import { isbnsOf, languageOf } from "./match-keys.ts";
import { firstNamed } from "./names.ts";
import { naturalName } from "./natural-name.ts";
import { responsibilityOf, tidy, titleParts, withoutEndMark } from "./title-parts.ts";

/** What a reader would call the thing. */
export type Kind =
  | "book"
  | "serial"
  | "article"
  | "thesis"
  | "manuscript"
  | "electronic"
  | "audio"
  | "music"
  | "video"
  | "map"
  | "score"
  | "picture"
  | "braille"
  | "object";

/** What readers see of a record. Texts stand in the library's own spelling; only marks of description are taken off. */
export type Description = {
  kind: Kind;
  title: string;
  subtitle?: string;
  /** As on the piece: "T.1", "Quyển thượng". */
  volume?: string;
  /** The title of the part. */
  part?: string;
  responsibility?: string;
  authors: string[];
  place?: string;
  publisher?: string;
  /** Four digits. */
  year?: string;
  edition?: string;
  /** MARC code of three letters. */
  language?: string;
  isbn13s: string[];
  issn?: string;
  ddc: string[];
  /** Headings with their subdivisions: "Văn học Việt Nam – Thế kỉ 20". */
  subjects: string[];
  series: string[];
  extent?: string;
  summary?: string;
  /** The title in its original script (Hán, Nôm), where the record gives it. */
  originalTitle?: string;
};

// What a page shows; records with thousands of headings exist and are read no further.
const listedMax = 50;

/** Describes a record for readers, search and lists. Never fails: what a record lacks is absent. */
export function describe(record: MarcRecord): Description {
  const { proper, ...parts } = titleParts(record);
  const language = languageOf(record);
  const number = subfields(record, "022", "a").flatMap((text) => issn(text) ?? [])[0];
  return {
    kind: kindOf(record),
    title: proper,
    ...parts,
    authors: authorsOf(record),
    ...imprintOf(record),
    ...textOf("edition", first(record, "250", "a")),
    ...(language && { language }),
    isbn13s: isbnsOf(record),
    ...(number && { issn: number }),
    ddc: each(subfields(record, "082", "a").map((text) => text.replace(/[/'\s]/g, ""))),
    subjects: each(subjectTags.flatMap((tag) => dataFields(record, tag).map(subjectOf))),
    series: each(["490", "440", "830"].flatMap((tag) => subfields(record, tag, "a").map(withoutEndMark))),
    ...textOf("extent", first(record, "300", "a")),
    ...textOf("summary", first(record, "520", "a")),
    ...textOf("originalTitle", originalTitle(record)),
  };
}

function kindOf(record: MarcRecord): Kind {
  if (isThesis(record)) return "thesis";
  const type = record.leader[6] ?? "a";
  const level = record.leader[7] ?? "m";
  const ofType = kindsOfType.get(type);
  if (ofType) return ofType;
  const carrier = carrierOf(record);
  if (carrier === "braille" || carrier === "audio" || carrier === "video" || carrier === "manuscript") return carrier;
  if (level === "s") return "serial";
  if (level === "a" || level === "b") return "article";
  return carrier === "e" ? "electronic" : "book";
}

const kindsOfType = new Map<string, Kind>([
  ["c", "score"],
  ["d", "score"],
  ["e", "map"],
  ["f", "map"],
  ["g", "video"],
  ["i", "audio"],
  ["j", "music"],
  ["k", "picture"],
  ["m", "electronic"],
  ["r", "object"],
]);

function authorsOf(record: MarcRecord): string[] {
  const persons = ["100", "700"].flatMap((tag) => subfields(record, tag, "a").map(naturalName));
  const bodies = ["110", "111", "710", "711"].flatMap((tag) =>
    dataFields(record, tag).map((field) =>
      [...valuesOf(field, "a"), ...valuesOf(field, "b")].map(withoutEndMark).join(". "),
    ),
  );
  const named = each([...persons, ...bodies]);
  return named.length > 0 ? named : each([firstNamed(responsibilityOf(record)) ?? ""]);
}

const subjectTags = ["600", "610", "611", "630", "648", "650", "651", "653", "655"];

function subjectOf(field: { subfields: { code: string; value: string }[] }): string {
  return field.subfields
    .filter(({ code }) => /[abtvxyz]/.test(code))
    .flatMap(({ value }) => value.split(/\s*--\s*/))
    .map(withoutEndMark)
    .filter(Boolean)
    .join(" – ");
}

// 880 $6 begins with the tag it is a second writing of: "245-01/$1".
function originalTitle(record: MarcRecord): string | undefined {
  const field = dataFields(record, "880").find((one) => valuesOf(one, "6")[0]?.startsWith("245"));
  return field && valuesOf(field, "a")[0];
}

function textOf<Name extends string>(name: Name, text: string | undefined): { [key in Name]?: string } {
  const cleaned =
    text === undefined ? "" : name === "summary" ? text.trim() : name === "extent" ? tidy(text) : withoutEndMark(text);
  return cleaned === "" ? {} : ({ [name]: cleaned } as { [key in Name]?: string });
}

function each(texts: string[]): string[] {
  return [...new Set(texts.filter(Boolean))].slice(0, listedMax);
}
