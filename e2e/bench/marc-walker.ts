/** A field as the walker finds it. */
type Walked = { tag: string; text: string; subfields: [code: string, value: string][] };

/**
 * The least that a reader of ISO 2709 can do: trusts every length and the order of the directory, takes everything for UTF-8
 * and decodes it in one piece, mends and reports nothing. What others are measured by; nothing else should use it.
 * @returns how many records the bytes hold
 */
export function walk(bytes: Buffer, each: (fields: Walked[]) => void): number {
  let records = 0;
  for (let from = 0; from < bytes.length; ) {
    const length = digits(bytes, from, 5);
    const base = from + digits(bytes, from + 12, 5);
    const directory = bytes.latin1Slice(from + 24, base - 1);
    // Before the marks that end the last field and the record.
    const values = bytes.utf8Slice(base, from + length - 2).split("\x1e");
    const fields: Walked[] = [];
    for (const [at, value] of values.entries()) {
      const tag = directory.slice(at * 12, at * 12 + 3);
      const subfields: Walked["subfields"] = [];
      if (!tag.startsWith("00")) {
        for (const part of value.split("\x1f").slice(1)) subfields.push([part.slice(0, 1), part.slice(1)]);
      }
      fields.push({ tag, text: tag.startsWith("00") ? value : value.slice(0, 2), subfields });
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
