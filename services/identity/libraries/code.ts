import { randomInt } from "node:crypto";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
// Letters that are read as digits or as each other are not drawn: I, L, O, U.
const drawn = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A new permanent code of a library: six characters that mean nothing, and their check character. */
export function drawCode(): string {
  const six = Array.from({ length: 6 }, () => drawn[randomInt(drawn.length)]).join("");
  return `VN-${six}${checkCharacter(six)}`;
}

/** Whether this is a code of ours: its shape and its check character. Compared exactly, upper case only. */
export const isCode = (text: string): boolean => /^VN-[0-9A-Z]{7}$/.test(text) && checks(text.slice(3));

/** The check character of letters and digits, by ISO 7064 MOD 37,36. It finds every wrong character and nearly every swap. */
export function checkCharacter(text: string): string {
  const product = productOf(text);
  return alphabet[(37 - product) % 36] ?? "";
}

/** Whether the last character checks those before it. */
export const checks = (text: string): boolean => text.length > 1 && checkCharacter(text.slice(0, -1)) === text.at(-1);

/** The hybrid system of the standard: one product modulo 37, one sum modulo 36 a character. */
function productOf(text: string): number {
  let product = 36;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) throw new Error(`${character} is neither an upper-case letter nor a digit`);
    product = (((product + value) % 36 || 36) * 2) % 37;
  }
  return product;
}
