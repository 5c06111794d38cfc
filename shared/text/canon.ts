import { eachWord } from "./words.ts";

/**
 * The form in which two Vietnamese spellings of the same words are equal: lower case, tone marks lifted to the
 * end of the syllable as digits (1 huyền, 2 hỏi, 3 ngã, 4 sắc, 5 nặng), single `y` after an onset written `i`,
 * `qui` written `quy`, words parted by one space. For keys and the index, never for display.
 *
 * It is not meant to be applied twice: `hoa1` would be read as a syllable and a number.
 *
 * @example canon("Hoà bình") === canon("Hòa Bình") // "hoa1 binh1"
 */
export function canon(text: string): string {
  let out = "";
  eachWord(text, (word) => {
    const letters = word.isNumber ? word.letters : oneSpelling(word.letters);
    out = out === "" ? letters + word.tones : `${out} ${letters}${word.tones}`;
  });
  return out;
}

const onsets = new Set("b c ch d đ g gh h k kh l m n ng ngh nh p ph r s t th tr v x".split(" "));

/** Kỹ and Kĩ, Mỹ and Mĩ, quý and quí are one word in two spellings; y tế and thuỷ are left alone. */
function oneSpelling(letters: string): string {
  if (letters === "qui") return "quy";
  if (letters.length > 1 && letters.endsWith("y") && onsets.has(letters.slice(0, -1)))
    return `${letters.slice(0, -1)}i`;
  return letters;
}
