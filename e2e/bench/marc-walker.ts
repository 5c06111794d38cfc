/** A field as the walker finds it. */
type Walked = { tag: string; text: string; subfields: [code: string, value: string][] };

/**
 * The least that a reader of ISO 2709 can do: trusts every length, takes everything for UTF-8, mends and reports nothing.
 * What others are measured by; nothing else should use it.
 * @returns how many records the bytes hold
 */
export function walk(bytes: Buffer, each: (fields: Walked[]) => void): number {
  let records = 0;
  for (let from = 0; from < bytes.length; ) {
    const length = digits(bytes, from, 5);
    const base = from + digits(bytes, from + 12, 5);
    const fields: Walked[] = [];
    for (let entry = from + 24; bytes[entry] !== 0x1e; entry += 12) {
      const tag = bytes.latin1Slice(entry, entry + 3);
      const start = base + digits(bytes, entry + 7, 5);
      const text = bytes.utf8Slice(start, start + digits(bytes, entry + 3, 4) - 1);
      const subfields: Walked["subfields"] = [];
      if (!tag.startsWith("00")) {
        for (const part of text.split("\x1f").slice(1)) subfields.push([part.slice(0, 1), part.slice(1)]);
      }
      fields.push({ tag, text: tag.startsWith("00") ? text : text.slice(0, 2), subfields });
    }
    each(fields);
    records += 1;
    from += length;
  }
  return records;
}

function digits(bytes: Buffer, at: number, count: number): number {
  let value = 0;
  for (let place = at; place < at + count; place += 1) value = value * 10 + (bytes[place] ?? 0x30) - 0x30;
  return value;
}
