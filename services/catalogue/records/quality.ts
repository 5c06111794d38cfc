import { controlField, first, type MarcRecord, subfields } from "@lienthong/marc/record.ts";
import type { Description } from "../titles/describe.ts";

/** How well a record is made: its level, 0 to 3, and a score of 0 to 100 that orders records of one level. */
export type Quality = { level: number; score: number };

/**
 * Rates a record for choosing what readers see of a title. Level 1 has title, language, year, publisher or place, and form;
 * level 2 also says that it was catalogued in Vietnamese, classes or describes its subject, and gives an extent and a main
 * entry. Level 3, with names and subjects linked to authorities, is given by people.
 */
export function qualityOf(record: MarcRecord, described: Description): Quality {
  const { title, authors, year, publisher, place, extent, isbn13s, issn, ddc, subjects, language } = described;
  const classed =
    ddc.length > 0 || subfields(record, "084", "a").length > 0 || subfields(record, "080", "a").length > 0;
  const plain = Boolean(title && language && year && (publisher || place) && controlField(record, "008"));
  const rich =
    plain &&
    first(record, "040", "b") === "vie" &&
    (classed || subjects.length > 1) &&
    Boolean(extent) &&
    authors.length > 0;
  const parts: [unknown, number][] = [
    [title, 15],
    [authors.length > 0, 10],
    [year, 10],
    [publisher, 8],
    [place, 4],
    [extent, 6],
    [isbn13s.length > 0 || issn, 10],
    [classed, 10],
    [subjects.length > 0, 8],
    [language, 5],
  ];
  const sum = parts.reduce((points, [there, weight]) => points + (there ? weight : 0), 0);
  // A mistyped ISBN and letters that were lost are seen by everybody who opens the title.
  const mistyped = subfields(record, "020", "a").length > 0 && isbn13s.length === 0 ? 5 : 0;
  const lost = record.fields.some((field) => field.subfields.some(({ value }) => value.includes("\ufffd"))) ? 30 : 0;
  return { level: rich ? 2 : plain ? 1 : 0, score: Math.max(0, sum - mistyped - lost) };
}
