import { isLatinWord, languageCount, languagesOf } from "../latin.ts";
import { isVietnameseWord } from "@lienthong/text/syllable.ts";

export type Evidence = {
  /** Words beyond ASCII; the others read the same in every encoding and are evidence of nothing. */
  words: number;
  distinct: number;
  /** Words of two letters or more: a letter alone could be anything. */
  longer: number;
  /** Share (0 … 1) of these words that are Vietnamese syllables; 1 where there are none. */
  vietnamese: number;
  /** Share that are Vietnamese syllables or words of one and the same other language in Latin script. */
  oneLanguage: number;
  /** Share that are Vietnamese syllables, words in Latin script of whatever languages, or words of another script. */
  anyLanguage: number;
  /** The same among all words, those of plain ASCII included, which are always possible. */
  ofAllWords: number;
};

/** From how many possible words on a reading counts as text. */
export const convincing = 0.95;

/** Weighs how much a reading looks like text. */
export function weigh(texts: Iterable<string>): Evidence {
  const distinct = new Set<string>();
  const byLanguage = new Array<number>(languageCount()).fill(0);
  let words = 0;
  let longer = 0;
  let vietnamese = 0;
  let latin = 0;
  let plain = 0;
  for (const text of texts) {
    plain += plainWords(text);
    for (const word of wordsBeyondAscii(text)) {
      words += 1;
      if (word.length > 1) longer += 1;
      distinct.add(word);
      if (isVietnameseWord(word)) vietnamese += 1;
      else if (anotherScript.test(word) || isLatinWord(word.replace(signs, ""))) latin += 1;
      if (isLatinWord(word) && !isVietnameseWord(word)) {
        const languages = languagesOf(word);
        for (let bit = 0; bit < byLanguage.length; bit += 1) if (languages & (1 << bit)) byLanguage[bit]! += 1;
      }
    }
  }
  const share = (count: number) => (words === 0 ? 1 : count / words);
  return {
    words,
    distinct: distinct.size,
    longer,
    vietnamese: share(vietnamese),
    oneLanguage: share(vietnamese + Math.max(...byLanguage)),
    anyLanguage: share(vietnamese + latin),
    ofAllWords: words === 0 ? 1 : (vietnamese + latin + plain) / (words + plain),
  };
}

/** The words of a text that hold anything beyond ASCII, without the typographic signs at their edges. */
export function wordsBeyondAscii(text: string): string[] {
  if (!/[^\0-\x7f]/.test(text)) return [];
  const words: string[] = [];
  for (const piece of text.normalize("NFC").split(between)) {
    const word = /[a-z]/i.test(piece) ? piece.replace(edges, "") : piece.replace(signsAndEdges, "");
    if (/[^\0-\x7f]/.test(word)) words.push(word);
  }
  return words;
}

function plainWords(text: string): number {
  let count = 0;
  for (const piece of text.split(between)) if (/^[a-z]+$/i.test(piece)) count += 1;
  return count;
}

const between = /[\s\0-@[-`{-\x7f\u2010-\u2015\u2026]+/;
const edges = /^[«»“”‘’„‚ʻʼ·¿¡]+|[«»“”‘’„‚ʻʼ′″·]+$/g;
// Signs such as © and ° are text beside figures (©2005, 20°), and remains of a wrong reading beside letters.
const signsAndEdges = /^[«»“”‘’„‚©®℗°™€£±×§·•¿¡]+|[«»“”‘’„‚©®℗°™€£±×§·•′″²³¹½¼¾]+$/g;
// Musical and other signs that catalogues write beside letters (F♯).
const signs = /[♭♯ℓ℗©®°±£€·]/gu;
const anotherScript = /^(?:(?!\p{Script=Latin})[\p{L}\p{M}\p{N}\p{P}\p{S}\u200c-\u200f])+$/u;
