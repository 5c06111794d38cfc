// The one table of letters that canon, fold, sort key and syllable check stand on.

/** The toneless Vietnamese vowels, in the order of the alphabet. */
export const vowels = [..."aăâeêioôơuưy"];

/** Combining tone marks by tone number: 1 huyền, 2 hỏi, 3 ngã, 4 sắc, 5 nặng; number 0 is no mark (ngang). */
export const toneMarks = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"];

export const separator = 0;
export const letter = 1;
export const digit = 2;
export const mark = 3;
export const ignorable = 4;
export const han = 5;

// Latin with all its additions ends below this code; what lies above is looked up by Unicode property, one by one.
const tableEnd = 0x1f00;
const kinds = new Uint8Array(tableEnd);
const tones = new Uint8Array(tableEnd);
const letters: string[] = new Array(tableEnd).fill("");

for (let code = 0; code < tableEnd; code++) {
  const character = String.fromCharCode(code);
  kinds[code] = kindByProperty(character);
  letters[code] = character;
}
for (const vowel of vowels) {
  for (let tone = 1; tone < toneMarks.length; tone++) {
    const code = (vowel + toneMarks[tone]).normalize("NFC").charCodeAt(0);
    letters[code] = vowel;
    tones[code] = tone;
  }
}
for (let tone = 1; tone < toneMarks.length; tone++) tones[toneMarks[tone]!.charCodeAt(0)] = tone;
// Eth stands for đ in files typed with a Western keyboard, and ƣ for ư in pages read by machine.
letters[0xf0] = "đ";
letters[0x1a3] = "ư";

/** What a code point is: separator, letter, digit, mark, ignorable or han. The text must be lower case. */
export function kindOf(code: number): number {
  return code < tableEnd ? kinds[code]! : kindByProperty(String.fromCodePoint(code));
}

/** The letter without its tone mark. */
export function letterOf(code: number): string {
  return code < tableEnd ? letters[code]! : String.fromCodePoint(code);
}

/** The tone number (0 to 5) that a vowel or a combining mark carries. */
export function toneOf(code: number): number {
  return code < tableEnd ? tones[code]! : 0;
}

/** The letter with a circumflex, breve or horn that came after its tone mark, as some converted files have it. */
export function withShape(base: string, shape: number): string {
  const composed = (base + String.fromCharCode(shape)).normalize("NFC");
  return vowels.includes(composed) ? composed : base;
}

const undecomposed = new Map(Object.entries({ đ: "d", ø: "o", ł: "l", ı: "i", þ: "th", æ: "ae", œ: "oe", ß: "ss" }));
const plain = new Map<string, string>();

/** The letter as typed on a keyboard without marks: ă, â to a; đ to d, which Unicode does not decompose. */
export function plainLetter(character: string): string {
  let found = plain.get(character);
  if (found === undefined) {
    found = "";
    for (const part of character.normalize("NFD")) {
      if (part < "\u0300" || part > "\u036f") found += undecomposed.get(part) ?? part;
    }
    // Only the few hundred Latin letters are kept; the many of other scripts would make the map grow without end.
    if (character.charCodeAt(0) < tableEnd) plain.set(character, found);
  }
  return found;
}

function kindByProperty(character: string): number {
  // Invisible characters, and the primes, rings and half marks that romanised Hebrew, Arabic and Russian are strewn with.
  if (/[\u00ad\u200b-\u200d\u2060\ufeff\u02b9-\u02bf\ufe20-\ufe2f]/.test(character)) return ignorable;
  if (/\p{Script=Han}/u.test(character)) return han;
  if (/\p{L}/u.test(character)) return letter;
  if (/\p{Nd}/u.test(character)) return digit;
  if (/\p{M}/u.test(character)) return mark;
  return separator;
}
