import { type ByteWindow, type Frame, frameOf, keptBytesMax, recordBytesMax } from "../bytes.ts";
import { UnreadableFile } from "../detect.ts";
import { type Markup, markupAt, nameBytesMax, nextRecordStart, type Searched } from "./tags.ts";

/** Bytes of one record element; `damage` says why they cannot be a whole one. */
export type XmlFrame = Frame & { damage?: string };

/**
 * Cuts a stream of MARCXML into the bytes of its `record` elements, whatever their prefix and whatever wraps them. An
 * outer element that is called `record` too (OAI-PMH) is known by having no MARC fields of its own. A record that is not
 * closed ends where the next one begins, so its neighbours stand. A document type declaration refuses the whole file.
 * Memory: one record of the largest size. `continued` streams begin in the middle of a file.
 */
export async function* xmlFrames(window: ByteWindow, continued: boolean): AsyncGenerator<XmlFrame> {
  const searched: Searched = new Map();
  const seen: Seen = { familiar: continued, strangers: 0, records: continued ? 1 : 0 };
  let open: OpenRecord | undefined;
  let at = 0;
  for (;;) {
    // Outside a record nothing that was looked at is needed any more.
    if (!open) at = dropped(window, at);
    const from = window.bytes.indexOf(lessThan, at);
    const markup = from < 0 ? "cut" : markupAt(window.bytes, from, window.offset, searched);
    if (markup === "cut" || (open && markup.to > recordBytesMax)) {
      at = from < 0 ? window.bytes.length : from;
      const piece = open && from >= 0 ? at + pieceBytesMax : recordBytesMax;
      if (window.bytes.length <= Math.min(recordBytesMax, piece) && (await window.more())) continue;
      if (!open && from < 0) {
        if (window.ended) break;
        continue;
      }
      seen.records += 1;
      yield await passOver(window, window.ended ? "breaks off" : "has no end within the limit");
      [open, at] = [undefined, 0];
      continue;
    }
    if (markup.kind === "declaration") throw new UnreadableFile("doctype", window.offset + from, declared);
    at = markup.to;
    if (markup.name !== "record") {
      note(markup, open, seen);
      if (open || markup.kind !== "malformed") continue;
      at -= dropToStart(window, from);
      yield { ...frameOf(window, at), damage: "Markup that is not well-formed stands outside any record." };
      continue;
    }
    seen.familiar = true;
    if (markup.kind === "close") {
      const isMarc = open && (open.hasFields || !open.hasOthers);
      if (open) seen[isMarc ? "records" : "strangers"] += 1;
      if (isMarc) yield frameOf(window, at);
      open = undefined;
      continue;
    }
    if (open?.hasFields) {
      seen.records += 1;
      yield { ...frameOf(window, from), damage: "The record is not closed before the next one begins." };
    }
    at -= dropToStart(window, from);
    open = { hasFields: false, hasOthers: false };
    if (markup.kind === "empty") {
      seen.records += 1;
      yield frameOf(window, at);
      open = undefined;
    }
  }
  if (!seen.familiar)
    throw new UnreadableFile("other-xml", 0, "XML, but not MARCXML, nor an answer of a server that holds any.");
  if (seen.records === 0 && seen.strangers > 0) throw new UnreadableFile("other-xml", 0, noMarc);
}

/** The record that begins with the window's first byte: whether fields of MARC and elements of other formats are in it. */
type OpenRecord = { hasFields: boolean; hasOthers: boolean };

/** Strangers are records of other formats, and fields outside any record. */
type Seen = { familiar: boolean; strangers: number; records: number };

const declared =
  "A document type or entity declaration stands here. Files with one are not read: it can be used to attack.";
const noMarc = "No MARC record in it; from an OAI-PMH server, ask for its MARC format (metadataPrefix).";

function note({ kind, name }: Markup, open: OpenRecord | undefined, seen: Seen): void {
  if (kind !== "open" && kind !== "empty") return;
  seen.familiar ||= familiar.has(name);
  const isField = marcElements.has(name);
  if (open) open[isField ? "hasFields" : "hasOthers"] = true;
  else if (isField) seen.strangers += 1;
}

const lessThan = 0x3c;
// A comment or a tag inside a record; without a bound of its own each of many unclosed ones would be searched to the record's.
const pieceBytesMax = 1 << 16;
const marcElements = new Set(["leader", "controlfield", "datafield", "subfield"]);
const familiar = new Set(["collection", "OAI-PMH", "searchRetrieveResponse"]);

function dropToStart(window: ByteWindow, from: number): number {
  window.drop(from);
  return from;
}

function dropped(window: ByteWindow, count: number): 0 {
  window.drop(count);
  return 0;
}

/** Gives up what begins with the window and goes on to the next start of a record; its first bytes are kept. */
async function passOver(window: ByteWindow, why: string): Promise<XmlFrame> {
  const near = nextRecordStart(window.bytes, 1) ?? window.bytes.length;
  const kept = frameOf(window, Math.min(keptBytesMax, near));
  let length = 1;
  window.drop(1);
  for (;;) {
    const { bytes } = window;
    const start = nextRecordStart(bytes, 0);
    const passed = start ?? (window.ended ? bytes.length : Math.max(0, bytes.length - nameBytesMax - 8));
    window.drop(passed);
    length += passed;
    if (start !== undefined || window.ended) break;
    await window.more();
  }
  const bytes = kept.bytes.subarray(0, length);
  return { ...kept, bytes, length, oversize: length > recordBytesMax, damage: `The record ${why}.` };
}
