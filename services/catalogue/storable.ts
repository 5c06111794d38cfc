/**
 * JSON as PostgreSQL takes it: without the character NUL and without halves of surrogate pairs, which a cut text may end
 * with. Neither means anything in a text of a catalogue.
 */
export function storable(value: unknown): string {
  // Escapes are read as pairs, so that a backslash that stands in the text itself is never taken for the begin of one.
  return JSON.stringify(value).replace(/\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escape, what: string) => {
    if (what === "u0000") return "";
    return what.startsWith("ud") ? "\\ufffd" : escape;
  });
}
