import { canon } from "./canon.ts";
import { plainLetter } from "./letters.ts";

/**
 * The words of a text as somebody types them without marks: no tones, ă â ê ô ơ ư đ as a a e o o u d, lower case.
 * Two texts with the same canon have the same fold, so Kỹ and Kĩ are both `ki`.
 *
 * @example fold("Đường Kách mệnh") // "duong kach menh"
 */
export function fold(text: string): string {
  return foldCanon(canon(text));
}

/** The fold of a text whose canon is already at hand; saves the second pass where both are kept. */
export function foldCanon(canonText: string): string {
  let out = "";
  let inSyllable = false;
  for (const character of canonText) {
    if (character >= "0" && character <= "9") {
      // Numbers stand alone in a canon, so a digit that follows a letter is a tone.
      if (!inSyllable) out += character;
    } else {
      inSyllable = character !== " ";
      out += character >= " " && character <= "~" ? character : plainLetter(character);
    }
  }
  return out;
}

/** Whether somebody typed at least one mark or đ: then exact tones rank first, otherwise only the fold is searched. */
export function hasMarks(query: string): boolean {
  return /[\u0300-\u036fđĐðÐ]/.test(query.normalize("NFD"));
}
