/** One piece of markup: `to` is the byte after it. Names are without their prefix; other markup has none. */
export type Markup = {
  kind: "open" | "close" | "empty" | "other" | "declaration" | "malformed";
  name: string;
  to: number;
};

/** By the end looked for: the place in the file before which there is none. */
export type Searched = Map<string, number>;

/**
 * The markup that begins with the `<` at this place, or "cut" where the bytes end before it does. Only as much of XML as
 * is needed to tell elements from comments, CDATA and instructions; whether a record is well-formed its parser says.
 * The bytes begin at `offset` of the file. `searched` remembers between calls up to where an end was looked for in vain;
 * without it, many unclosed comments would each be searched to the same end.
 */
export function markupAt(bytes: Buffer, from: number, offset: number, searched: Searched): Markup | "cut" {
  const next = bytes[from + 1];
  if (next === undefined) return "cut";
  if (next === exclamation) {
    if (begins(bytes, from, comment)) return until(bytes, from + comment.length, "-->", offset, searched);
    if (begins(bytes, from, cdata)) return until(bytes, from + cdata.length, "]]>", offset, searched);
    const short = bytes.length - from < cdata.length;
    const mayBecome = comment.startsWith(rest(bytes, from)) || cdata.startsWith(rest(bytes, from));
    return short && mayBecome ? "cut" : { kind: "declaration", name: "", to: from + 2 };
  }
  if (next === question) return until(bytes, from + 2, "?>", offset, searched);
  const closing = next === slash;
  const nameFrom = closing ? from + 2 : from + 1;
  let at = nameFrom;
  while (at < bytes.length && isNameByte(bytes[at]!)) at += 1;
  if (at === bytes.length) return at - nameFrom > nameBytesMax ? malformed(at) : "cut";
  if (at === nameFrom || at - nameFrom > nameBytesMax) return malformed(at);
  const whole = bytes.toString("latin1", nameFrom, at);
  const name = whole.slice(whole.lastIndexOf(":") + 1);
  for (let quote = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    // No attribute may hold this sign: its quotation mark was forgotten.
    if (byte === lessThan) return malformed(at);
    if (quote !== 0) {
      if (byte === quote) quote = 0;
    } else if (byte === doubleQuote || byte === singleQuote) quote = byte;
    else if (byte === greaterThan) {
      const kind = closing ? "close" : bytes[at - 1] === slash ? "empty" : "open";
      return { kind, name, to: at + 1 };
    }
  }
  return "cut";
}

/** Where the next start of a `record` element may be, searched without regard to what stands around it. */
export function nextRecordStart(bytes: Buffer, from: number): number | undefined {
  for (let word = bytes.indexOf("record", from); word >= 0; word = bytes.indexOf("record", word + 1)) {
    const after = bytes[word + 6];
    if (after !== undefined && after > 0x20 && after !== slash && after !== greaterThan) continue;
    let start = word - 1;
    if (bytes[start] === colon)
      while (start > from && bytes[start] !== lessThan && isNameByte(bytes[start]!)) start -= 1;
    if (start >= from && bytes[start] === lessThan) return start;
  }
  return undefined;
}

/** No name is longer; it also bounds what `nextRecordStart` must see again after more bytes came. */
export const nameBytesMax = 200;

const [exclamation, question, slash, colon] = [0x21, 0x3f, 0x2f, 0x3a];
const [lessThan, greaterThan, doubleQuote, singleQuote] = [0x3c, 0x3e, 0x22, 0x27];
const comment = "<!--";
const cdata = "<![CDATA[";

const begins = (bytes: Buffer, from: number, text: string) =>
  bytes.toString("latin1", from, from + text.length) === text;
const rest = (bytes: Buffer, from: number) => bytes.toString("latin1", from, from + cdata.length);
const malformed = (to: number): Markup => ({ kind: "malformed", name: "", to });

function until(bytes: Buffer, from: number, end: string, offset: number, searched: Searched): Markup | "cut" {
  const inVain = (searched.get(end) ?? 0) - offset - end.length + 1;
  const at = bytes.indexOf(end, Math.max(from, inVain));
  if (at >= 0) return { kind: "other", name: "", to: at + end.length };
  searched.set(end, offset + bytes.length);
  return "cut";
}

function isNameByte(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x30 && byte <= 0x3a) ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x5f ||
    byte >= 0x80
  );
}
