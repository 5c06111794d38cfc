import type { MarcRecord } from "@lienthong/marc/record.ts";
import { describe, type Description } from "../titles/describe.ts";
import { matchKeys, type MatchKeys } from "../titles/match-keys.ts";
import { qualityOf } from "./quality.ts";

/** What is made of a record's text, always the same for the same text. */
export type Derived = { keys: MatchKeys; described: Description; quality: number; score: number };

export function derive(record: MarcRecord): Derived {
  const described = describe(record);
  const { level, score } = qualityOf(record, described);
  return { keys: matchKeys(record), described, quality: level, score };
}
