/**
 * JSON as PostgreSQL takes it: without the character NUL and without halves of surrogate pairs, which a cut text may end
 * with. Neither means anything in a text of a catalogue.
 */
export function storable(value: unknown): string {
  const json = JSON.stringify(value);
  if (!unstorable.test(json)) return json;
  // Escapes are read as pairs, so that a backslash that stands in the text itself is never taken for the begin of one.
  return json.replace(/\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escape, what: string) => {
    if (what === "u0000") return "";
    return what.startsWith("ud") ? "\\ufffd" : escape;
  });
}

// Nearly no text holds any: one look saves rewriting the whole.
const unstorable = /\\u(?:0000|d[89a-f])/;
