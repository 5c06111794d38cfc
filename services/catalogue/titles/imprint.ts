import { controlField, type DataField, dataFields, first, type MarcRecord, valuesOf } from "@lienthong/marc/record.ts";
import { canon } from "@lienthong/text/canon.ts";
import { withoutEndMark } from "./title-parts.ts";

/** Where, by whom and when, in the library's own spelling. */
export type Imprint = { place?: string; publisher?: string; year?: string };

/** Reads 260 or 264, preferring the field of publication among several, and the year of 008. */
export function imprintOf(record: MarcRecord): Imprint {
  const field = publication(record);
  const place = field && withoutEndMark(valuesOf(field, "a")[0] ?? "");
  const publisher = field && withoutEndMark(valuesOf(field, "b")[0] ?? "");
  const year = yearOf(record, field);
  return { ...(place && { place }), ...(publisher && { publisher }), ...(year && { year }) };
}

/**
 * A publisher's name as a key: without "Nhà xuất bản", abbreviations written out, and without the "Việt Nam" that houses
 * took into or left out of their names over the years (Giáo dục, Phụ nữ).
 */
export function publisherKey(name: string): string {
  const text = ` ${canon(name.split(/\s*;\s*/)[0]!)} `
    .replace(/ (?:nha1 xuât4 ban2|nha xuat ban|nxb|n x b|publishing house|publishers?|press) /g, " ")
    .replace(/ t p /g, " tp ")
    .replace(/ (?:va1|va) /g, " ");
  const words = text
    .trim()
    .split(" ")
    .map((word) => writtenOut.get(word) ?? word)
    .join(" ");
  return words
    .replace(/^(chinh4 tri5 quôc4 gia) sư5 thât5$/, "$1")
    .replace(/^(chinh tri quoc gia) su that$/, "$1")
    .replace(/ (?:viêt5 nam|viet nam)$/, "");
}

const writtenOut = new Map([
  ["tp", "thanh1 phô4"],
  ["tphcm", "thanh1 phô4 hô1 chi4 minh"],
  ["hcm", "hô1 chi4 minh"],
  ["hn", "ha1 nôi5"],
  ["đh", "đai5 hoc5"],
  ["đhqg", "đai5 hoc5 quôc4 gia"],
  ["đhqghn", "đai5 hoc5 quôc4 gia ha1 nôi5"],
  ["đhsp", "đai5 hoc5 sư pham5"],
  ["khxh", "khoa hoc5 xa3 hôi5"],
  ["khkt", "khoa hoc5 ki3 thuât5"],
  ["ctqg", "chinh4 tri5 quôc4 gia"],
  ["gd", "giao4 duc5"],
]);

/** The number of pages of the main run ("XII, 340 tr." is 340); undefined when 300 $a gives none. */
export function pagesOf(record: MarcRecord): number | undefined {
  const numbers = (first(record, "300", "a") ?? "").match(/\d+/g)?.map(Number) ?? [];
  const pages = Math.max(0, ...numbers.filter((one) => one < 20_000));
  return pages > 0 ? pages : undefined;
}

function publication(record: MarcRecord): DataField | undefined {
  const all = [...dataFields(record, "264"), ...dataFields(record, "260")];
  return (
    all.find((field) => field.tag === "264" && field.ind2 === "1") ?? all.find((field) => field.tag === "260") ?? all[0]
  );
}

function yearOf(record: MarcRecord, field: DataField | undefined): string | undefined {
  const coded = controlField(record, "008")?.slice(7, 11) ?? "";
  if (/^(?:1[0-9]|20)\d\d$/.test(coded)) return coded;
  return /(?:1[0-9]|20)\d\d/.exec(field ? valuesOf(field, "c").join(" ") : "")?.[0];
}
