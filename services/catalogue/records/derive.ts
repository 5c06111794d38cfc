import type { MarcRecord } from "@lienthong/marc/record.ts";
import { describe, type Description } from "../titles/describe.ts";
import { matchKeys, type MatchKeys } from "../titles/match-keys.ts";
import { qualityOf } from "./quality.ts";

/** What is made of a record's text, always the same for the same text. */
export type Derived = { keys: MatchKeys; described: Description; quality: number; score: number };

export function derive(given: MarcRecord): Derived {
  const record = withinBounds(given);
  const described = describe(record);
  const { level, score } = qualityOf(record, described);
  return { keys: matchKeys(record), described, quality: level, score };
}

// No title or name is longer. A subfield may have a megabyte, and to take one apart takes the square of its length where
// it is made of nothing but blanks and signs: a file of such records would keep everybody else waiting.
const textMax = 1_000;

function withinBounds(record: MarcRecord): MarcRecord {
  const isLong = ({ value }: { value: string }) => value.length > textMax;
  if (!record.fields.some(({ subfields }) => subfields.some(isLong))) return record;
  const cut = (value: string) =>
    value
      .slice(0, 10 * textMax)
      .replace(/\s+/g, " ")
      .slice(0, textMax);
  const fields = record.fields.map((field) => ({
    ...field,
    subfields: field.subfields.map((one) => (isLong(one) ? { ...one, value: cut(one.value) } : one)),
  }));
  return { ...record, fields };
}
