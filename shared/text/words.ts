import { digit, han, ignorable, kindOf, letter, letterOf, mark, separator, toneOf, withShape } from "./letters.ts";

/** A word of a text: its lower-case letters without tone marks and the tones that were lifted out, in order; or a number. */
export type Word = { letters: string; tones: string; isNumber: boolean };

/**
 * Cuts a text into words, in one pass: syllables, numbers and single Han characters. Whatever is neither
 * letter nor digit separates; a number ends a syllable and begins a word of its own, so that a lifted tone
 * is never mistaken for a digit that stood in the text.
 */
export function eachWord(text: string, take: (word: Word) => void): void {
  const lower = text.normalize("NFC").toLowerCase();
  let letters = "";
  let tones = "";
  let kind = separator;
  const flush = () => {
    if (letters !== "") take({ letters, tones, isNumber: kind === digit });
    letters = "";
    tones = "";
    kind = separator;
  };
  for (let at = 0; at < lower.length; at++) {
    const code = lower.codePointAt(at)!;
    if (code > 0xffff) at++;
    const is = kindOf(code);
    if (is === ignorable) continue;
    if (is === mark) {
      if (kind !== letter) continue;
      const tone = toneOf(code);
      if (tone > 0) tones += tone;
      else if (code < 0x370) letters = letters.slice(0, -1) + withShape(letters.slice(-1), code);
      else letters += letterOf(code);
      continue;
    }
    if (is !== kind || is === han || is === separator) flush();
    if (is === separator) continue;
    kind = is;
    letters += letterOf(code);
    const tone = toneOf(code);
    if (tone > 0) tones += tone;
  }
  flush();
}
