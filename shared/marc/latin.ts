/**
 * Whether a word beyond ASCII can be a word of a language in Latin script (or its usual romanisation). This is evidence
 * for choosing among readings, not spelling: it refuses what wrong readings look like, letters changing case inside a
 * word, signs inside a word, Vietnamese letters outside Vietnamese syllables, accented vowels before vowels they never meet.
 */
export function isLatinWord(word: string): boolean {
  return shaped.test(word) && !caseTurns.test(word) && !vietnameseOnly.test(word) && !clashingVowels.test(word);
}

/** The languages (by index) whose letters suffice to write the word; a set of words that share none is no text. */
export function languagesOf(word: string): number {
  let common = -1;
  for (const letter of word.toLowerCase()) {
    if (letter > "\x7f" && /\p{L}/u.test(letter)) common &= languagesByLetter.get(letter) ?? 0;
  }
  return common;
}

/** How many languages `languagesOf` knows: bits 0 … n-1. */
export const languageCount = () => alphabets.length;

const shaped = /^[\p{Script=Latin}\p{M}\u02b9-\u02bf\u2019\u00b7]+$/u;
const caseTurns = /\p{Ll}\p{M}*(?![A-Z])\p{Lu}|[\u00b5\u00aa\u00ba]./u;
// Letters with two marks, horns and hooks belong to Vietnamese alone.
const vietnameseOnly =
  /[ơưƠƯ\u1ea2-\u1eb7\u1eba-\u1ebb\u1ebe-\u1ec9\u1ece-\u1ecf\u1ed0-\u1ee3\u1ee6-\u1ef1\u1ef6-\u1ef7]/u;
// In MARC-8 the accent is a byte of its own before its letter; read as another code page that byte is an accented vowel before a vowel.
const clashingVowels = /[àáâăæåèêìîòôûù][aeiouyàáâèéêìíòóôùú]|ä[aeioyàáâ]|[aeiou](?:[åøõû][aeiou]?$)/iu;

const alphabets = [
  "àâæçéèêëîïôœùûüÿ",
  "äöüßéèà",
  "áéíñóúüçàèïòíª",
  "ãáàâçéêíóôõúü",
  "àèéìíîòóùú",
  "áéëïíóöüèêç",
  "åäöøæéüèà",
  "áðéíóúýþæö",
  "ąćęłńóśźż",
  "áäčďéěíľĺňóôŕřšťúůýž",
  "áéíóöőúüű",
  "ăâîșşțţé",
  "čćđšž",
  "çğıöşüâîû",
  "āčēģīķļņšūžąęėįų",
  "õäöüšž",
];

const languagesByLetter = new Map<string, number>();
for (const [index, alphabet] of alphabets.entries()) {
  for (const letter of alphabet) languagesByLetter.set(letter, (languagesByLetter.get(letter) ?? 0) | (1 << index));
}
