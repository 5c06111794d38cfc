import fc from "fast-check";
import { toneMarks, vowels } from "../letters.ts";

const consonants = fc.constantFrom(..."b c ch d đ g h k l m n ng nh ph q r s t th tr v x".split(" "), "", "Ð", "Đ");
const toned = fc.tuple(fc.constantFrom(...vowels), fc.constantFrom(...toneMarks)).map((parts) => parts.join(""));
const syllable = fc
  .tuple(consonants, fc.array(toned, { minLength: 1, maxLength: 2 }), consonants)
  .map(([a, b, c]) => a + b.join("") + c);

/** Texts of syllables, numbers and punctuation, composed or not. */
export const vietnameseText = fc
  .tuple(
    fc.array(fc.oneof(syllable, fc.nat(2030).map(String)), { maxLength: 6 }),
    fc.constantFrom(" ", ", ", " : ", "-"),
    fc.constantFrom("NFC", "NFD"),
  )
  .map(([words, between, form]) => words.join(between).normalize(form));
