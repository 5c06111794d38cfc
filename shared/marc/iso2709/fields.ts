import type { Fault, Repair } from "../quarantine.ts";
import { baseAddressAt, lengthAt, number } from "./leader.ts";

/** Where the value of a field lies in the record: from its first byte to before its terminator. */
export type Place = { tag: string; from: number; to: number };
export type Placed = { leader: string; places: Place[]; repairs: Repair[] };

/**
 * Finds the fields of one ISO 2709 record. The directory is followed where it agrees with the field terminators (1E); where
 * it does not, it is rebuilt from them, provided their number and the form of every field agree with its tags.
 */
export function placeFields(bytes: Buffer): Placed | Fault {
  const repairs: Repair[] = [];
  const terminated = bytes.at(-1) === recordTerminator;
  const end = terminated ? bytes.length - 1 : bytes.length;
  const length = lengthAt(bytes, 0);
  const claimed = baseAddressAt(bytes, 0);
  if (bytes.length < 26 || (length === undefined && claimed === undefined)) {
    return { reason: "not-a-record", detail: "Bytes that do not begin with a leader." };
  }
  const base = baseAddress(bytes, claimed, end);
  if (base === undefined) {
    return terminated
      ? { reason: "bad-leader", detail: "No base address in the leader, and no end of a directory." }
      : { reason: "truncated", detail: broken(length, bytes.length) };
  }
  if (base !== claimed)
    repairs.push({
      kind: "base-address",
      detail: `The leader says ${claimed ?? "nothing"}, the directory ends before ${base}.`,
    });
  const entries = directory(bytes, base);
  const followed = entries && follow(bytes, base, end, entries);
  const places = followed?.complete ? followed.places : (rebuilt(bytes, base, end, entries) ?? followed?.places);
  if (
    !terminated &&
    (!places || bytes[end - 1] !== fieldTerminator || (!followed?.complete && length !== bytes.length + 1))
  ) {
    return { reason: "truncated", detail: broken(length, bytes.length) };
  }
  if (!entries || !places) {
    return {
      reason: "bad-directory",
      detail: "The directory does not agree with the fields, and their number with its tags neither.",
    };
  }
  if (!terminated)
    repairs.push({
      kind: "terminator",
      detail: "The mark at the end was missing; the directory and the fields agree.",
    });
  const actual = terminated ? bytes.length : bytes.length + 1;
  if (length !== actual) {
    repairs.push({
      kind: "length",
      detail: `The leader says ${length ?? "nothing"}, the terminator stands after ${actual} bytes.`,
    });
  }
  if (!followed?.complete) {
    const detail =
      places === followed?.places
        ? "The directory leaves out bytes of the record; the fields it names are whole."
        : `The directory was rebuilt from the field terminators, which agree with its tags.`;
    repairs.push({ kind: "directory", detail });
  }
  return { leader: leaderOf(bytes, repairs), places, repairs };
}

const recordTerminator = 0x1d;
const fieldTerminator = 0x1e;
const subfieldDelimiter = 0x1f;

type Entry = { tag: string; length: number | undefined; start: number | undefined };

function broken(length: number | undefined, actual: number): string {
  return `The record breaks off after ${actual} bytes${length === undefined ? "" : ` of ${length}`}.`;
}

function baseAddress(bytes: Buffer, claimed: number | undefined, end: number): number | undefined {
  if (claimed !== undefined && claimed > 24 && claimed <= end && bytes[claimed - 1] === fieldTerminator) return claimed;
  const first = bytes.indexOf(fieldTerminator, 24);
  return first < 0 || (first - 24) % 12 !== 0 ? undefined : first + 1;
}

function directory(bytes: Buffer, base: number): Entry[] | undefined {
  const size = base - 1 - 24;
  if (size % 12 !== 0) return undefined;
  const entries: Entry[] = [];
  for (let at = 24; at < base - 1; at += 12) {
    const tag = bytes.toString("latin1", at, at + 3);
    if (!/^[0-9A-Za-z]{3}$/.test(tag)) return undefined;
    entries.push({ tag, length: number(bytes, at + 3, 4), start: number(bytes, at + 7, 5) });
  }
  return entries;
}

/** The fields as the directory says, if each lies inside the record, ends with a terminator and begins after one. */
function follow(
  bytes: Buffer,
  base: number,
  end: number,
  entries: Entry[],
): { places: Place[]; complete: boolean } | undefined {
  const places: Place[] = [];
  let total = 0;
  for (const { tag, length, start } of entries) {
    if (length === undefined || start === undefined || length === 0) return undefined;
    const from = base + start;
    const to = from + length - 1;
    if (to >= end || bytes[to] !== fieldTerminator || bytes[from - 1] !== fieldTerminator) return undefined;
    places.push({ tag, from, to });
    total += length;
  }
  // Without gaps or overlaps a terminator inside a field is a stray character of its text; otherwise nothing is certain.
  const complete = base + total === end && new Set(places.map((place) => place.from)).size === places.length;
  const whole = complete || places.every(({ from, to }) => bytes.indexOf(fieldTerminator, from) === to);
  return whole ? { places, complete } : undefined;
}

function rebuilt(bytes: Buffer, base: number, end: number, entries: Entry[] | undefined): Place[] | undefined {
  if (!entries || bytes[end - 1] !== fieldTerminator) return undefined;
  const starts = entries.map((entry) => entry.start);
  const ordered =
    starts.every((start): start is number => start !== undefined) && new Set(starts).size === starts.length;
  // Fields may lie in another order than the directory names them; where the starts are readable they tell.
  const order = entries.map((_, index) => index);
  if (ordered) order.sort((one, other) => starts[one]! - starts[other]!);
  const stretches = stretchesOf(bytes, base, end);
  const places = new Array<Place>(entries.length);
  let spare = stretches.length - entries.length;
  for (const index of order) {
    const { tag, length = 0 } = entries[index]!;
    const stretch = stretches.shift();
    if (stretch === undefined || spare < 0) return undefined;
    // A stray terminator inside a field parts it; the directory's length says how many parts it has.
    while (spare > 0 && stretches[0]!.to + 1 - stretch.from <= length) {
      stretch.to = stretches.shift()!.to;
      spare -= 1;
    }
    if (!hasForm(bytes, tag, stretch)) return undefined;
    places[index] = { tag, ...stretch };
  }
  return stretches.length === 0 ? places : undefined;
}

function stretchesOf(bytes: Buffer, base: number, end: number): { from: number; to: number }[] {
  const stretches: { from: number; to: number }[] = [];
  for (let from = base; from < end; ) {
    const to = bytes.indexOf(fieldTerminator, from);
    stretches.push({ from, to });
    from = to + 1;
  }
  return stretches;
}

/** Control fields have no subfields; data fields have about two indicators and then a subfield. */
function hasForm(bytes: Buffer, tag: string, { from, to }: { from: number; to: number }): boolean {
  if (tag.startsWith("00")) return !bytes.subarray(from, to).includes(subfieldDelimiter);
  const first = bytes.subarray(from, to).indexOf(subfieldDelimiter);
  return first >= 0 && first <= 4;
}

function leaderOf(bytes: Buffer, repairs: Repair[]): string {
  const raw = bytes.toString("latin1", 0, 24);
  const leader = raw.replace(/[^ -~]/g, " ");
  if (leader !== raw) repairs.push({ kind: "leader", detail: "Characters that no leader has became blanks." });
  return leader;
}
