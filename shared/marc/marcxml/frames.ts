import { type ByteWindow, type Frame, frameOf, keptBytesMax, recordBytesMax } from "../bytes.ts";
import { UnreadableFile } from "../detect.ts";
import { markupAt, nameBytesMax, nextRecordStart } from "./tags.ts";

/** Bytes of one record element; `damage` says why they cannot be a whole one. */
export type XmlFrame = Frame & { damage?: string };

/**
 * Cuts a stream of MARCXML into the bytes of its `record` elements, whatever their prefix and whatever wraps them. An
 * outer element that is called `record` too (OAI-PMH) is known by having no MARC fields of its own. A record that is not
 * closed ends where the next one begins, so its neighbours stand. A document type declaration refuses the whole file.
 * Memory: one record of the largest size. `continued` streams begin in the middle of a file.
 */
export async function* xmlFrames(window: ByteWindow, continued: boolean): AsyncGenerator<XmlFrame> {
  let open: { hasFields: boolean; hasOthers: boolean } | undefined; // begins with the window's first byte
  let familiarSeen = continued;
  let strangers = 0; // records of other formats, and fields outside any record
  let records = continued ? 1 : 0;
  let at = 0;
  for (;;) {
    const from = window.bytes.indexOf(lessThan, at);
    const markup = from < 0 ? "cut" : markupAt(window.bytes, from);
    if (markup === "cut") {
      // Outside a record nothing before the markup is needed any more.
      at = from < 0 ? window.bytes.length : from;
      if (!open) at = dropped(window, at);
      const bound = open && from >= 0 ? Math.min(recordBytesMax, at + pieceBytesMax) : recordBytesMax;
      if (window.bytes.length <= bound && (await window.more())) continue;
      if (!open && (from < 0 || window.bytes.length === 0)) break;
      const ended = window.ended;
      records += 1;
      yield await passOver(
        window,
        ended && open && !open.hasFields ? "" : ended ? "breaks off" : "holds markup without end",
      );
      at = 0;
      open = undefined;
      continue;
    }
    if (markup.kind === "declaration") {
      const detail =
        "A document type or entity declaration stands here. Files with one are not read: it can be used to attack.";
      throw new UnreadableFile("doctype", window.offset + from, detail);
    }
    at = markup.to;
    familiarSeen ||= familiar.has(markup.name);
    if (markup.name !== "record") {
      if (open && markup.kind !== "close" && markup.name !== "")
        open[marcElements.has(markup.name) ? "hasFields" : "hasOthers"] = true;
      else if (!open && marcElements.has(markup.name)) strangers += 1;
      else if (!open && markup.kind === "malformed") {
        at -= dropToStart(window, from);
        yield { ...frameOf(window, at), damage: "Markup that is not well-formed, outside any record." };
      }
      if (open && at > recordBytesMax) {
        yield await passOver(window, "is too large");
        at = 0;
        open = undefined;
      }
      continue;
    }
    if (markup.kind === "close") {
      if (open && (open.hasFields || !open.hasOthers)) {
        records += 1;
        yield frameOf(window, at);
      } else if (open) strangers += 1;
      open = undefined;
    } else {
      if (open?.hasFields) records += 1;
      if (open?.hasFields)
        yield { ...frameOf(window, from), damage: "The record is not closed before the next one begins." };
      at -= dropToStart(window, from);
      if (markup.kind === "empty") records += 1;
      if (markup.kind === "empty") yield frameOf(window, at);
      open = markup.kind === "empty" ? undefined : { hasFields: false, hasOthers: false };
    }
    if (!open) at = dropped(window, at);
  }
  if (!familiarSeen)
    throw new UnreadableFile("other-xml", 0, "XML, but not MARCXML, nor an answer of a server that holds any.");
  if (records === 0 && strangers > 0) {
    throw new UnreadableFile(
      "other-xml",
      0,
      "No MARC record in it; from an OAI-PMH server, ask for its MARC format (metadataPrefix).",
    );
  }
}

const lessThan = 0x3c;
// A comment or a tag inside a record; without a bound of its own each of many unclosed ones would be searched to the record's.
const pieceBytesMax = 1 << 16;
const marcElements = new Set(["leader", "controlfield", "datafield", "subfield"]);
const familiar = new Set(["record", "collection", "OAI-PMH", "searchRetrieveResponse"]);

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
  const kept = frameOf(window, Math.min(keptBytesMax, window.bytes.length));
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
