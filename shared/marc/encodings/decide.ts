import { isAscii, isUtf8 } from "node:buffer";
import { type Evidence, convincing, weigh } from "./evidence.ts";
import { undoubled } from "../mend/double-utf8.ts";
import { otherFont } from "../mend/wrong-font.ts";
import type { Encoding, Reading } from "./encoding.ts";
import { hasEscape, readMarc8, withReferences } from "./marc8.ts";
import { readTcvn3, readVni, readWindows1258 } from "./vietnamese-fonts.ts";

export type TrialReading = { encoding: Encoding; text: string };

export type Decision =
  | { decided: true; encoding: Encoding; read: (bytes: Uint8Array) => string; contradicts?: string }
  | { decided: false; detail: string; readings: TrialReading[] };

/**
 * Decides by evidence how the text of a record is written; what its leader claims (position 09) is never trusted alone.
 * Valid UTF-8 beyond ASCII is UTF-8. Anything else is read as MARC-8, Windows-1258, TCVN3 and VNI, and the only reading
 * that looks like text is taken; none or several are for people to decide, with the readings shown.
 * `body` holds all `valuesOf` and may be longer, by bytes of ASCII. A `chosen` encoding (by staff, for the file) is not doubted, but must be able to read every byte.
 */
export function decide(body: Uint8Array, valuesOf: () => Uint8Array[], claim: string, chosen?: Encoding): Decision {
  const marc8Claimed = claim !== "a";
  if (chosen && chosen !== "ascii") return asChosen(valuesOf(), chosen);
  // All of the body first: most records are decided here, without a look at each value.
  if (isAscii(body)) {
    if (!hasEscape(body)) {
      return { decided: true, encoding: "ascii", read: marc8Claimed ? (bytes) => withReferences(latin(bytes)) : latin };
    }
  } else if (isUtf8(body)) {
    const contradicts = marc8Claimed ? "the leader says MARC-8, the text is UTF-8" : undefined;
    return { decided: true, encoding: "utf-8", read: utf8, ...(contradicts && { contradicts }) };
  }
  const values = valuesOf();
  // What is beyond ASCII stands outside the text, in a damaged directory or indicator.
  if (values.every((value) => isAscii(value) && !hasEscape(value)))
    return { decided: true, encoding: "ascii", read: latin };
  const trials = candidates.map((encoding) => trial(values, encoding));
  const passing = withoutTwins(trials.filter((one) => one.passes));
  const [only] = passing;
  if (only && passing.length === 1) {
    const honest = only.encoding === "marc-8" && marc8Claimed;
    const contradicts = honest
      ? undefined
      : `the leader says ${marc8Claimed ? "MARC-8" : "UTF-8"}, the text is ${inWords[only.encoding]}`;
    return {
      decided: true,
      encoding: only.encoding,
      read: readerOf(only.encoding),
      ...(contradicts && { contradicts }),
    };
  }
  const detail =
    passing.length > 1
      ? `The text can be read in several ways: ${passing.map((one) => inWords[one.encoding]).join(", ")}.`
      : `The text is no valid UTF-8, nor text in another known encoding (${trials.map((one) => `${inWords[one.encoding]}: ${one.why}`).join("; ")}).`;
  return { decided: false, detail, readings: shown(values, passing.length > 1 ? passing : trials) };
}

/** Names of encodings for people. */
export const inWords: Record<Encoding, string> = {
  ascii: "ASCII",
  "utf-8": "UTF-8",
  "marc-8": "MARC-8",
  "windows-1258": "Windows-1258",
  tcvn3: "TCVN3",
  vni: "VNI",
};

const candidates = ["marc-8", "windows-1258", "tcvn3", "vni"] as const satisfies Encoding[];

const readers: Record<Encoding, (bytes: Uint8Array) => Reading> = {
  ascii: (bytes) => ({ text: latin(bytes) }),
  "utf-8": (bytes) => (isUtf8(bytes) ? { text: utf8(bytes) } : { text: utf8(bytes), fault: "bytes that are no UTF-8" }),
  "marc-8": readMarc8,
  "windows-1258": readWindows1258,
  tcvn3: readTcvn3,
  vni: readVni,
};

type Trial = { encoding: Encoding; texts: string[]; passes: boolean; why: string };

function trial(values: Uint8Array[], encoding: Encoding): Trial {
  const readings = values.map(readers[encoding]);
  const texts = readings.map((reading) => reading.text);
  const escapes = encoding !== "marc-8" && values.some(hasEscape) ? "escape sequences" : undefined;
  const fault = readings.find((reading) => reading.fault !== undefined)?.fault ?? escapes;
  if (fault !== undefined) return { encoding, texts, passes: false, why: fault };
  let share = shareFor[encoding](weigh(texts));
  // MARC-8 is also written by programs that were given text converted wrongly before; undone, it must be text as well.
  if (share < convincing && encoding === "marc-8") share = weigh(undone(texts)).ofAllWords;
  const passes = share >= convincing;
  return { encoding, texts, passes, why: `${Math.floor(share * 100)} % of the words are possible` };
}

/**
 * MARC-8 proves itself by its form (a mark is always followed by its letter), so any words of any language will do. The
 * others give a letter to almost every byte, so only words that these bytes are in count as evidence; those of a code page
 * must belong to one language, and the font encodings hold nothing but Vietnamese.
 */
const shareFor: Record<Encoding, (evidence: Evidence) => number> = {
  ascii: () => 1,
  "utf-8": () => 1,
  "marc-8": (evidence) => evidence.ofAllWords,
  "windows-1258": (evidence) => (evidence.longer > 0 ? evidence.oneLanguage : 0),
  tcvn3: (evidence) => (evidence.longer > 0 ? evidence.vietnamese : 0),
  vni: (evidence) => (evidence.longer > 0 ? evidence.vietnamese : 0),
};

function undone(texts: string[]): string[] {
  const single = texts.map((text) => undoubled(text) ?? text);
  const font = otherFont(single);
  return font && "found" in font ? font.found.texts : single;
}

/** Readings that come to the same text are one reading. */
function withoutTwins(trials: Trial[]): Trial[] {
  const seen = new Set<string>();
  return trials.filter((one) => {
    const text = one.texts.join("\n");
    return !seen.has(text) && seen.add(text);
  });
}

function asChosen(values: Uint8Array[], encoding: Encoding): Decision {
  const fault = values.map(readers[encoding]).find((reading) => reading.fault !== undefined)?.fault;
  if (fault === undefined) return { decided: true, encoding, read: readerOf(encoding) };
  const detail = `The file was said to be ${inWords[encoding]}, but this record holds ${fault}.`;
  const all = ["utf-8", ...candidates] as Encoding[];
  return {
    decided: false,
    detail,
    readings: shown(
      values,
      all.map((one) => trial(values, one)),
    ),
  };
}

function readerOf(encoding: Encoding): (bytes: Uint8Array) => string {
  if (encoding === "utf-8") return utf8;
  return (bytes) => readers[encoding](bytes).text;
}

/** The words in question, not the whole record: enough for a person to see which reading is right. */
function shown(values: Uint8Array[], trials: Trial[]): TrialReading[] {
  return trials.map(({ encoding, texts }) => {
    const text = texts.filter((_, index) => !isAscii(values[index]!) || hasEscape(values[index]!)).join(" | ");
    return { encoding, text: text.length > 600 ? `${text.slice(0, 600)}…` : text };
  });
}

const latin = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
const utf8 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
