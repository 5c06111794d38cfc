import { fold } from "@lienthong/text/fold.ts";

/** Finds canaries in texts, in whatever form they were written down there. @returns the numbers of those found, from 1 */
export type Finder = {
  in(text: string): number[];
  /** As many characters as a form may have: what is read in pieces is looked at with so much of the piece before. */
  readonly longest: number;
};

/** Shorter than this a value may stand somewhere by chance. */
export const canaryCharactersMin = 8;

/**
 * Each canary as it is written, without marks, in hexadecimal (as PostgreSQL shows bytes), in base64 at each of its three
 * places, escaped for an address and for JSON. Letters' case is not looked at.
 */
export function finderOf(canaries: readonly string[]): Finder {
  const canaryOf = new Map<string, number>();
  for (const [at, canary] of canaries.entries())
    for (const form of formsOf(canary.trim())) canaryOf.set(form.toLowerCase(), at + 1);
  const forms = [...canaryOf.keys()].toSorted((one, other) => other.length - one.length);
  const any = new RegExp(forms.map((form) => literally(form)).join("|"), "g");
  return {
    in: (text) => [...new Set([...text.toLowerCase().matchAll(any)].map(([form]) => canaryOf.get(form)!))],
    longest: forms[0]?.length ?? 0,
  };
}

const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

function formsOf(canary: string): string[] {
  const bytes = Buffer.from(canary);
  const folded = fold(canary);
  return [
    canary,
    canary.normalize("NFD"),
    encodeURIComponent(canary),
    encodeURIComponent(canary).replaceAll("%20", "+"),
    JSON.stringify(canary)
      .slice(1, -1)
      .replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`),
    bytes.toString("hex"),
    ...[0, 1, 2].map((place) => insideBase64(bytes, place)),
    ...[folded, folded.replaceAll(" ", "+"), folded.replaceAll(" ", "%20")],
  ].filter((form) => form.length >= canaryCharactersMin);
}

/** The characters of a value in base64 that do not depend on what stands before and after it. */
function insideBase64(bytes: Buffer, place: number): string {
  const coded = Buffer.concat([Buffer.alloc(place), bytes])
    .toString("base64")
    .replace(/=+$/, "");
  return coded.slice(place === 0 ? 0 : place + 1, coded.length - ((place + bytes.length) % 3 === 0 ? 0 : 1));
}
