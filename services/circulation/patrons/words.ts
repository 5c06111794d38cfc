export { PatronCategory } from "@lienthong/proto/identity/v1/library.ts";

/**
 * The short word of a proto's enum value, as rows and rules know it: `PATRON_CATEGORY_ADULT` is `ADULT`.
 * @throws Error for a value that this release does not know
 */
export function nameOf<Enum extends Record<string, string>>(words: Enum, value: string): string {
  const found = Object.keys(words).find((word) => words[word] === value);
  if (found === undefined || found === "UNSPECIFIED" || found === "UNRECOGNIZED") {
    throw new Error(`${value} is no word that this release knows`);
  }
  return found;
}
