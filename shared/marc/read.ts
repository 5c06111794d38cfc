import { ByteWindow, type Frame, keptBytesMax, recordBytesMax } from "./bytes.ts";
import { type Format, detectBytes, inspect, UnreadableFile } from "./detect.ts";
import type { Encoding } from "./encodings/encoding.ts";
import { isoFrames } from "./iso2709/frames.ts";
import { type ReadRecord, readIsoRecord } from "./iso2709/read-record.ts";
import { xmlFrames } from "./marcxml/frames.ts";
import { readXmlRecord } from "./marcxml/read-record.ts";
import type { Fault } from "./quarantine.ts";

/** Where a record stands in its file: its number from 1, its first byte, its length in bytes. */
export type Standing = { seq: number; offset: number; length: number };

/** A record, with the bytes it came as; or one set aside, with at most 100,000 of them. */
export type Read = Standing & { bytes: Uint8Array } & (({ ok: true } & ReadRecord) | ({ ok: false } & Fault));

export type ReadOptions = {
  /** Goes on after a record read before: `offset` is the end of that record, where the stream begins; `seq` its number. */
  from?: { offset: number; seq: number };
  /** The form, where it is known; a stream that goes on in the middle of a file should say it. */
  format?: Format;
  /** What staff say the text of this file is written in; it wins over what the bytes look like. */
  encoding?: Encoding;
};

/**
 * Reads MARC 21 from a stream, in ISO 2709 or MARCXML, in constant memory. Every stretch of the file that should be a
 * record comes out once, in order: read (with what was mended), or set aside with the reason; neither stops the others.
 * Throws `UnreadableFile` for what is no MARC file at all, and whatever the stream throws.
 */
export async function* readMarc(stream: AsyncIterable<Uint8Array>, options: ReadOptions = {}): AsyncGenerator<Read> {
  const window = new ByteWindow(stream, options.from?.offset ?? 0);
  let seq = options.from?.seq ?? 0;
  try {
    const format = options.format ?? (await formatOf(window, options.from !== undefined));
    const frames = format === "iso2709" ? isoFrames(window) : xmlFrames(window, options.from !== undefined);
    for await (const frame of frames) {
      seq += 1;
      const { offset, length } = frame;
      const outcome = read(frame, format, options.encoding);
      if ("reason" in outcome)
        yield { ok: false, seq, offset, length, bytes: frame.bytes.subarray(0, keptBytesMax), ...outcome };
      else yield { ok: true, seq, offset, length, bytes: frame.bytes, ...outcome };
    }
  } finally {
    await window.close();
  }
}

function read(frame: Frame & { damage?: string }, format: Format, encoding: Encoding | undefined): ReadRecord | Fault {
  if (frame.oversize)
    return {
      reason: "too-large",
      detail: `${frame.length} bytes without an end of a record; the limit is ${recordBytesMax}.`,
    };
  if (format === "iso2709") return readIsoRecord(frame.bytes, encoding);
  if (frame.damage) return { reason: "bad-xml", detail: `${frame.damage} (byte ${frame.offset} of the file)` };
  return readXmlRecord(frame.bytes, frame.offset, encoding);
}

async function formatOf(window: ByteWindow, continued: boolean): Promise<Format> {
  while (window.bytes.length < detectBytes && (await window.more()));
  const verdict = inspect(window.bytes);
  if (typeof verdict === "string") return verdict;
  // The middle of a file may begin with anything, and there may be nothing left of it.
  if (continued) return verdict.looksLike === "other-xml" ? "marcxml" : "iso2709";
  throw verdict;
}

export { UnreadableFile };
