import { isAscii, isUtf8 } from "node:buffer";
import type { Encoding } from "../encodings/encoding.ts";
import { isPlain } from "../mend/plain.ts";
import type { DataField, MarcRecord, Subfield } from "../record.ts";
import { baseAddressAt, lengthAt, number } from "./leader.ts";

/**
 * Reads a record in which nothing can be doubted: leader, directory and terminators agree, fields lie in the order of
 * the directory, the text is UTF-8 as the leader says or ASCII, and holds nothing that is ever mended. Most records of
 * most files are so, and are read in one piece. Undefined for all others, which are looked at more closely.
 */
export function readPlainRecord(bytes: Buffer): { record: MarcRecord; encoding: Encoding } | undefined {
  const end = bytes.length - 1;
  const base = baseAddressAt(bytes, 0);
  if (base === undefined || base < 37 || base >= end || (base - 25) % 12 !== 0) return undefined;
  if (bytes[end] !== recordTerminator || lengthAt(bytes, 0) !== bytes.length) return undefined;
  if (bytes[base - 1] !== fieldTerminator || !followsItsDirectory(bytes, base, end)) return undefined;

  const body = bytes.subarray(24);
  const ascii = isAscii(body);
  if (!ascii && (bytes[9] !== 0x61 || !isUtf8(body))) return undefined;
  const head = bytes.latin1Slice(0, base - 1);
  const text = ascii ? bytes.latin1Slice(base, end - 1) : bytes.utf8Slice(base, end - 1);
  if (!leaderForm.test(head.slice(0, 24)) || !isPlain(text, ascii)) return undefined;

  const values = text.split("\x1e");
  if (values.length !== (base - 25) / 12) return undefined;
  const composed = ascii || text.normalize("NFC") === text;
  const record: MarcRecord = { leader: head.slice(0, 24), control: [], fields: [] };
  for (const [at, value] of values.entries()) {
    const tag = head.slice(24 + at * 12, 27 + at * 12);
    if (tag.startsWith("00")) {
      if (!isControlText(value)) return undefined;
      record.control.push({ tag, value });
      continue;
    }
    const field = fieldOf(tag, value, composed);
    if (!field) return undefined;
    record.fields.push(field);
  }
  return { record, encoding: ascii ? "ascii" : "utf-8" };
}

const recordTerminator = 0x1d;
const fieldTerminator = 0x1e;
const leaderForm = /^[ -~]{24}$/;

/** Whether each field begins where the one before ends, and the last ends with the record. */
function followsItsDirectory(bytes: Buffer, base: number, end: number): boolean {
  let next = base;
  for (let at = 24; at < base - 1; at += 12) {
    if (!isTagCharacter(bytes[at]!) || !isTagCharacter(bytes[at + 1]!) || !isTagCharacter(bytes[at + 2]!)) return false;
    const length = number(bytes, at + 3, 4);
    if (!length || number(bytes, at + 7, 5) !== next - base) return false;
    next += length;
    if (next > end || bytes[next - 1] !== fieldTerminator) return false;
  }
  return next === end;
}

const isTagCharacter = (byte: number) =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);

/** Two indicators, then subfields with a code and maybe a text each. */
function fieldOf(tag: string, value: string, composed: boolean): DataField | undefined {
  const [ind1, ind2] = [value[0], value[1]];
  if (ind1 === undefined || ind2 === undefined || !isIndicator(ind1) || !isIndicator(ind2) || value[2] !== "\x1f")
    return undefined;
  const subfields: Subfield[] = [];
  for (let begin = 3; ; ) {
    const next = value.indexOf("\x1f", begin);
    const end = next < 0 ? value.length : next;
    const code = value[begin];
    if (end === begin || code === undefined || code <= " " || code > "~") return undefined;
    const part = value.slice(begin + 1, end);
    subfields.push({ code, value: composed ? part : part.normalize("NFC") });
    if (next < 0) return { tag, ind1, ind2, subfields };
    begin = next + 1;
  }
}

const isControlText = (text: string) => !/[^ -~]/.test(text);
const isIndicator = (character: string) => character >= " " && character <= "~";

declare global {
  // Node's own; toString does the same with more checks. Missing in its types.
  interface Buffer {
    latin1Slice(from: number, to: number): string;
    utf8Slice(from: number, to: number): string;
  }
}
