import { isUtf8 } from "node:buffer";
import { convincing, weigh } from "../encodings/evidence.ts";

/**
 * Undoes UTF-8 that was taken for Latin-1 or Windows-1252 and saved again ("Truyá»‡n"), once or several times. The
 * evidence: every letter goes back to one byte, the bytes are valid UTF-8 beyond ASCII, and the words that come out are
 * possible while the ones that went in were not, or these hold pairs of signs that nothing else leaves. Undefined where the text is not of that kind.
 */
export function undoubled(text: string): string | undefined {
  let now: string | undefined;
  for (let times = 0; times < timesMax && suspicious.test(now ?? text); times += 1) {
    const once = undone(now ?? text);
    if (once === undefined) break;
    now = once;
  }
  if (now === undefined || /[\x80-\x9f\ufffd]/.test(now)) return undefined;
  if (looksDoubled(text)) return looksDoubled(now) ? undefined : now;
  const before = weigh([text]);
  const looksRight = !/[\x80-\x9f]/.test(text) && before.oneLanguage >= convincing && before.words > 0;
  return !looksRight && weigh([now]).anyLanguage >= convincing ? now : undefined;
}

// Each time doubles the bytes of a letter; no text has been seen to suffer it more often.
const timesMax = 3;

function undone(text: string): string | undefined {
  const bytes = Buffer.alloc(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const byte = toByte(text.charCodeAt(at));
    if (byte === undefined) return undefined;
    bytes[at] = byte;
  }
  return isUtf8(bytes) ? bytes.toString().normalize("NFC") : undefined;
}

/** Whether pairs of signs stand in the text that Vietnamese or French doubled by UTF-8 leaves, and no language writes. */
export function looksDoubled(text: string): boolean {
  return remains.test(text);
}

/** The letter that Windows-1252 has at a code of 80 … 9F. */
export function fromWindows1252(code: number): string | undefined {
  const letter = windows1252[code - 0x80];
  return letter === undefined || letter <= "\x9f" ? undefined : letter;
}

const windows1252 = new TextDecoder("windows-1252").decode(Uint8Array.from({ length: 32 }, (_, index) => 0x80 + index));
const bytesOfWindows1252 = new Map([...windows1252].map((letter, index) => [letter.charCodeAt(0), 0x80 + index]));
const toByte = (unit: number) => (unit <= 0xff ? unit : bytesOfWindows1252.get(unit));

const signs = windows1252.replace(/[\x80-\x9f]/g, "");
// A first byte of UTF-8 as a letter, then a following byte as a sign.
export const suspicious = new RegExp(`[\\u00c2-\\u00f4][\\u0080-\\u00bf${signs}]`);
const remains = new RegExp(
  [
    `\\u00e1[\\u00ba\\u00bb][\\u0080-\\u00bf${signs}]`, // ạ … ỹ
    "\\u00c4[\\u0090\\u0091\\u2018]", // Đ đ
    "\\u00c6[\\u00af\\u00b0\\u00a0\\u00a1]", // Ơ ơ Ư ư
    `\\u00c3[\\u0080-\\u00bf${signs}]`, // À … ÿ
    "\\u00cc[\\u0080-\\u0083\\u0086\\u0089\\u009b\\u00a3\\u20ac\\u201a\\u0192\\u2020\\u2030\\u203a]", // the marks of decomposed text
  ].join("|"),
);
