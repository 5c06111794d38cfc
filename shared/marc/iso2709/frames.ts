import { type ByteWindow, type Frame, frameOf, keptBytesMax, recordBytesMax } from "../bytes.ts";
import { isLeaderAt, isStrictLeaderAt, lengthAt, nextStrictLeader } from "./leader.ts";

/**
 * Cuts a stream of ISO 2709 into records. A record ends where its leader says and where its terminator (1D) stands; where
 * the two disagree the terminator decides, and a leader found inside the bytes before it begins a record of its own. So a
 * damaged record never takes its neighbour with it. Memory: at most two records of the largest size.
 */
export async function* isoFrames(window: ByteWindow): AsyncGenerator<Frame> {
  for (;;) {
    await skipFiller(window);
    if (window.bytes.length === 0) return;
    const end = await terminator(window);
    if (end === "beyond-limit") {
      yield await oversize(window);
      continue;
    }
    // No terminator before the end of the file: what is left may still be several records.
    const length = end === undefined ? window.bytes.length : await agreedLength(window, end + 1);
    for (const piece of pieces(window.bytes.subarray(0, length))) {
      yield frameOf(window, piece);
      window.drop(piece);
    }
  }
}

const recordTerminator = 0x1d;
const leaderLength = 24;

/** Line feeds and blanks between records, end-of-file marks, terminators written twice, a byte order mark. */
async function skipFiller(window: ByteWindow): Promise<void> {
  for (;;) {
    const { bytes } = window;
    let at = 0;
    while (at < bytes.length && isFiller(bytes[at]!)) at += 1;
    window.drop(at);
    if (window.bytes.length >= 3 && window.bytes.readUIntBE(0, 3) === 0xefbbbf) window.drop(3);
    else if (window.bytes.length >= 3 || !(await window.more())) return;
  }
}

const isFiller = (byte: number) => byte <= 0x20 && byte !== 0x1b && byte !== 0x1e && byte !== 0x1f;

/** Where the next terminator stands. */
async function terminator(window: ByteWindow): Promise<number | "beyond-limit" | undefined> {
  for (let searched = 0; ; ) {
    const at = window.bytes.indexOf(recordTerminator, searched);
    if (at >= 0 && at < recordBytesMax) return at;
    if (at >= 0 || window.bytes.length > recordBytesMax) return "beyond-limit";
    searched = window.bytes.length;
    if (!(await window.more())) return undefined;
  }
}

/**
 * The first terminator ends the record, unless it is a stray one: then the length of the leader ends at another
 * terminator, and the bytes after the stray one are no record of their own.
 */
async function agreedLength(window: ByteWindow, first: number): Promise<number> {
  const claimed = lengthAt(window.bytes, 0);
  if (claimed === undefined || claimed <= first) return first;
  while (window.bytes.length < claimed + leaderLength && (await window.more()));
  const { bytes } = window;
  if (bytes[claimed - 1] !== recordTerminator) return first;
  const rest = bytes.subarray(claimed).subarray(0, leaderLength);
  const followed = rest.every(isFiller) || isStrictLeaderAt(bytes, skip(bytes, claimed));
  if (!followed) return first;
  for (let at = first; at < claimed; at += 1) if (isLeaderAt(bytes, at, claimed)) return first;
  return claimed;
}

function skip(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && isFiller(bytes[at]!)) at += 1;
  return at;
}

/** Lengths of the pieces that a stretch up to a terminator consists of: more than one where leaders stand inside. */
function* pieces(bytes: Buffer): Generator<number> {
  if (lengthAt(bytes, 0) === bytes.length) return yield bytes.length;
  let begun = 0;
  for (let at = 1; at + leaderLength <= bytes.length; at += 1) {
    if (!isLeaderAt(bytes, at, bytes.length)) continue;
    yield at - begun;
    begun = at;
    if (lengthAt(bytes, at) === bytes.length - at) break;
    at += leaderLength - 1;
  }
  yield bytes.length - begun;
}

/** A stretch without terminator beyond the limit: its beginning is kept, the rest is passed over to the next record. */
async function oversize(window: ByteWindow): Promise<Frame> {
  const next = nextStrictLeader(window.bytes.subarray(1, recordBytesMax));
  if (next !== undefined) {
    const frame = frameOf(window, next + 1);
    window.drop(next + 1);
    return frame;
  }
  const frame = { ...frameOf(window, keptBytesMax), oversize: true };
  let passed = 1;
  window.drop(1);
  for (;;) {
    const { bytes } = window;
    const end = bytes.indexOf(recordTerminator);
    const leader = nextStrictLeader(bytes);
    const stop = leader !== undefined && (end < 0 || leader < end) ? leader : end < 0 ? undefined : end + 1;
    // A leader may be cut by the end of what is held.
    const done = stop ?? Math.max(0, bytes.length - leaderLength + 1);
    window.drop(done);
    passed += done;
    if (stop !== undefined) return { ...frame, length: passed };
    if (!(await window.more())) {
      passed += window.bytes.length;
      window.drop(window.bytes.length);
      return { ...frame, length: passed };
    }
  }
}
