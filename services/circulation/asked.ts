import { badInput } from "@lienthong/rpc/fault.ts";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws CallFault bad-input naming the field, when what was asked with is no id */
export function anId(field: string, given: string): string {
  if (!uuid.test(given)) throw badInput({ field, problem: "an id of 36 characters is expected" });
  return given.toLowerCase();
}

/** An id that may be left out. @throws CallFault bad-input */
export const anIdOrNone = (field: string, given: string | undefined): string | undefined =>
  given ? anId(field, given) : undefined;

/** What was typed or scanned, without blanks around it. @throws CallFault bad-input when empty or too long */
export function scannedText(field: string, given: string): string {
  // Looked at before anything is done with it: to normalise a megabyte takes long.
  const text = given.length > 256 ? "" : given.normalize("NFC").trim();
  if (text === "" || text.length > 64) throw badInput({ field, problem: "1 to 64 characters are expected" });
  return text;
}

/** The library that the caller acts for. A permission at a library has proven it. */
export function ownLibrary(actor: { libraryId: string | null }): string {
  if (actor.libraryId === null) throw new Error("A desk's command came from somebody who acts for no library");
  return actor.libraryId;
}
