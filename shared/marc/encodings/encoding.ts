/** How the text of a record was written. `ascii` means there was nothing to decide. */
export type Encoding = "ascii" | "utf-8" | "marc-8" | "windows-1258" | "tcvn3" | "vni";

/** A trial reading. Where `fault` is set, something could not be read and U+FFFD stands in its place: for showing only. */
export type Reading = { text: string; fault?: string };

/** Bytes in words for people: "FF C3". */
export function hex(...bytes: number[]): string {
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
}
