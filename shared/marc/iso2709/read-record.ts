import { decide } from "../encodings/decide.ts";
import type { Encoding } from "../encodings/encoding.ts";
import { mend } from "../mend/mend.ts";
import type { Fault, Repair } from "../quarantine.ts";
import type { MarcRecord } from "../record.ts";
import { type Place, placeFields } from "./fields.ts";
import { readPlainRecord } from "./plain-record.ts";

export type ReadRecord = { record: MarcRecord; encoding: Encoding; repairs: Repair[] };

/** Reads the bytes of one ISO 2709 record. What staff say of its encoding is held against every record. */
export function readIsoRecord(bytes: Buffer, chosen?: Encoding): ReadRecord | Fault {
  const plain = chosen ? undefined : readPlainRecord(bytes);
  return plain ? { ...plain, repairs: [] } : readDoubtfulRecord(bytes, chosen);
}

/** Reads a record of which anything may be wrong: places its fields, decides its encoding by evidence, mends its text. */
export function readDoubtfulRecord(bytes: Buffer, chosen?: Encoding): ReadRecord | Fault {
  const placed = placeFields(bytes);
  if ("reason" in placed) return placed;
  const { leader, places, repairs } = placed;
  const parts = places.map((place) => partsOf(bytes, place, repairs));
  const values = () => parts.flatMap((part) => part.values.map(([from, to]) => bytes.subarray(from, to)));
  const body = bytes.subarray(24);
  const decision = decide(body, values, leader[9]!, chosen);
  if (!decision.decided) return { reason: "undecodable", detail: decision.detail, readings: decision.readings };
  if (decision.contradicts) repairs.push({ kind: "encoding", detail: `${decision.contradicts}.` });
  const record: MarcRecord = { leader, control: [], fields: [] };
  for (const { tag, ind1, ind2, codes, values } of parts) {
    const texts = values.map(([from, to]) => decision.read(bytes.subarray(from, to)));
    if (isControlTag(tag)) record.control.push({ tag, value: texts.join("") });
    else
      record.fields.push({ tag, ind1, ind2, subfields: texts.map((value, index) => ({ code: codes[index]!, value })) });
  }
  const mended = mend(record, decision.encoding);
  if (!Array.isArray(mended)) return mended;
  return { record, encoding: decision.encoding, repairs: repairs.concat(mended) };
}

const subfieldDelimiter = 0x1f;
const isControlTag = (tag: string) => tag.startsWith("00");

type Parts = { tag: string; ind1: string; ind2: string; codes: string[]; values: [from: number, to: number][] };

function partsOf(bytes: Buffer, { tag, from, to }: Place, repairs: Repair[]): Parts {
  const parts: Parts = { tag, ind1: " ", ind2: " ", codes: [], values: [] };
  if (isControlTag(tag)) {
    parts.values.push([from, to]);
    return parts;
  }
  let delimiter = bytes.indexOf(subfieldDelimiter, from);
  if (delimiter < 0 || delimiter > to) delimiter = to;
  if (delimiter - from > 0) parts.ind1 = indicator(bytes[from]!);
  if (delimiter - from > 1) parts.ind2 = indicator(bytes[from + 1]!);
  if (!bytes.subarray(from, Math.min(from + 2, delimiter)).every(isIndicator)) {
    repairs.push({
      kind: "indicators",
      detail: `Field ${tag} has an indicator that is no character; a blank stands for it.`,
    });
  }
  if (delimiter - from < 2)
    repairs.push({ kind: "indicators", detail: `Field ${tag} has less than two indicators; blanks stand for them.` });
  if (delimiter - from > 2 && bytes.subarray(from + 2, delimiter).every((byte) => byte === 0x20)) {
    repairs.push({
      kind: "indicators",
      detail: `Field ${tag} has more than two indicators; the blanks after them were left out.`,
    });
  } else if (delimiter - from > 2) {
    // Text that no subfield code names is kept as the first subfield a.
    parts.codes.push("a");
    parts.values.push([from + 2, delimiter]);
    repairs.push({
      kind: "subfield",
      detail: `Field ${tag} has text before its first subfield; it became subfield a.`,
    });
  }
  while (delimiter < to) {
    const begin = delimiter + 1;
    const next = bytes.indexOf(subfieldDelimiter, begin);
    delimiter = next < 0 || next > to ? to : next;
    if (begin === delimiter) {
      repairs.push({ kind: "subfield", detail: `Field ${tag} has a subfield without code and text; it was left out.` });
      continue;
    }
    const code = bytes[begin]!;
    const isCode = code > 0x20 && code < 0x7f;
    if (!isCode)
      repairs.push({ kind: "subfield", detail: `Field ${tag} has a subfield without code; it became subfield a.` });
    parts.codes.push(isCode ? String.fromCharCode(code) : "a");
    parts.values.push([isCode || code <= 0x20 ? begin + 1 : begin, delimiter]);
  }
  return parts;
}

const isIndicator = (byte: number) => byte >= 0x20 && byte < 0x7f;
const indicator = (byte: number) => (isIndicator(byte) ? String.fromCharCode(byte) : " ");
