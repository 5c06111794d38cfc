import { isVietnameseSyllable } from "@lienthong/text/syllable.ts";

/** What a text became, and which kinds of letters were exchanged. */
export type Exchanged = { text: string; letters: boolean; spaces: boolean };

/**
 * Exchanges letters that only look right in Vietnamese: Ð/ð (Icelandic) for Đ/đ and Ƣ/ƣ for Ư/ư where that makes a
 * Vietnamese syllable or the word is an abbreviation, the deprecated tone marks U+0340/0341, no-break and zero-width
 * spaces. Joiners stay: Persian and Indic scripts need them. The text comes back in NFC.
 */
export function withoutLookAlikes(text: string): Exchanged {
  let letters = tones.test(text);
  let now = text.normalize("NFC");
  const spaced = now.replace(noBreak, " ").replace(zeroWidth, "");
  const spaces = spaced !== now;
  now = spaced;
  if (eth.test(now)) {
    const exchanged = now.replace(words, (word) => (eth.test(word) ? inVietnamese(word) : word));
    letters ||= exchanged !== now;
    now = exchanged;
  }
  return { text: now, letters, spaces };
}

const tones = /[\u0340\u0341]/;
const noBreak = /[\u00a0\u2007\u202f]/g;
const zeroWidth = /[\u200b\u2060\ufeff]/g;
const eth = /[ÐðƢƣ]/;
const words = /[\p{L}\p{M}]+/gu;
const pairs: Record<string, string> = { Ð: "Đ", ð: "đ", Ƣ: "Ư", ƣ: "ư" };

function inVietnamese(word: string): string {
  const exchanged = word.replace(/[ÐðƢƣ]/g, (letter) => pairs[letter]!);
  // No Icelandic word is written in capitals without a vowel; Vietnamese abbreviations are (ÐHQG).
  return isVietnameseSyllable(exchanged) || /^[BCDÐGHKLMNPQRSTVX]+$/.test(word) ? exchanged : word;
}
