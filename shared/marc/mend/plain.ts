import { suspicious } from "./double-utf8.ts";
import { beyondWestern } from "./wrong-font.ts";

/**
 * Whether nothing in a text would be mended, looked for in one go: no control characters but the two marks that part fields
 * and subfields, no references of HTML, no letters that only look right, no remains of a wrong conversion.
 * @param ascii the text is known to hold ASCII only
 */
export function isPlain(text: string, ascii: boolean): boolean {
  if (ascii) return !inAscii.test(text);
  // Text with letters of the Western alphabets only may be Vietnamese in an old font; other letters prove it is not.
  return !beyondAscii.test(text) && beyondWestern.test(text);
}

// Whatever could be a reference; whether it is one is decided where it is mended.
const references = "&(?:#|[A-Za-z0-9]{2,8};)";
const inAscii = new RegExp(`[\\0-\\x1d\\x7f]|${references}`);
// Spaces that are none, marks and letters that are exchanged, and the sign for a letter that was lost.
const exchanged = "\\u0340\\u0341\\u00a0\\u2007\\u202f\\u200b\\u2060\\ufeff\\u00d0\\u00f0\\u01a2\\u01a3\\ufffd";
const beyondAscii = new RegExp(`[\\0-\\x1d\\x7f-\\x9f${exchanged}]|${suspicious.source}|${references}`);
