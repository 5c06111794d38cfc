import { han, kindOf, plainLetter } from "./letters.ts";
import { eachWord, type Word } from "./words.ts";

/** Longer keys are cut: B-tree entries are limited, and no list is told apart by its two hundredth letter. */
export const sortKeyCharactersMax = 400;

// 33 letters in the order of the alphabet, written as A to Z and a to g, so that plain byte order is their order.
const alphabet = [..."aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"];
const codes = new Map(alphabet.map((letter, rank) => [letter, String.fromCharCode(rank < 26 ? 65 + rank : 71 + rank)]));
const afterZ = "h";
const longestLength = "@".charCodeAt(0) - "0".charCodeAt(0);

/**
 * A key of ASCII characters whose byte order (`collate "C"`, a keyword field) is the order of Vietnamese lists:
 * syllable by syllable, inside a syllable first the letters a ă â b c d đ …, then the tone, only then the next
 * syllable. Numbers stand before letters and are ordered by value; other scripts come after z. Case and the place
 * of the tone mark do not matter. Texts with equal keys are ordered by their own code points.
 *
 * @example sortKey("bạn đọc") < sortKey("bận")
 */
export function sortKey(text: string): string {
  let key = "";
  eachWord(text, (word) => {
    if (key.length < sortKeyCharactersMax) key += word.isNumber ? numberKey(word.letters) : syllableKey(word);
  });
  return key.slice(0, sortKeyCharactersMax);
}

/** Compares two texts as a Vietnamese list orders them; 0 only for texts that are the same after composition. */
export function compareVietnamese(a: string, b: string): number {
  return byBytes(sortKey(a), sortKey(b)) || byCodePoints(a.normalize("NFC"), b.normalize("NFC"));
}

// The tone stands after the letters and is lower than any letter, so that ba < bá < ban < bàn. A foreign word with
// several marks counts its first one.
function syllableKey(word: Word): string {
  let key = "";
  for (const character of word.letters) key += codes.get(character) ?? otherLetterKey(character);
  return key + (word.tones === "" ? "0" : word.tones[0]);
}

function otherLetterKey(character: string): string {
  const code = character.codePointAt(0)!;
  if (kindOf(code) !== han) {
    const plain = [...plainLetter(character)].map((one) => codes.get(one));
    if (plain.length > 0 && plain.every((one) => one !== undefined)) return plain.join("");
  }
  return afterZ + code.toString(16).toUpperCase().padStart(6, "0");
}

// The count of digits before the digits makes 9 stand before 10; all count characters are lower than the letters.
function numberKey(digits: string): string {
  const value = [...digits]
    .map(asciiDigit)
    .join("")
    .replace(/^0+(?=.)/, "");
  return String.fromCharCode(48 + Math.min(value.length, longestLength)) + value;
}

// Every script keeps its ten digits together beginning at a code that ends in 0 or 6.
function asciiDigit(character: string): string {
  if (character >= "0" && character <= "9") return character;
  let code = character.codePointAt(0)!;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - 1))) {
    code--;
    value++;
  }
  return String(value);
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// UTF-16 order differs from code point order beyond the basic plane, where many Nôm characters stand.
function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
