import type { MarcRecord } from "./record.ts";

/** One record as ISO 2709 in UTF-8. Throws a RangeError where a field (9,999 bytes) or the record (99,999) does not fit. */
export function toIso2709(record: MarcRecord): Uint8Array {
  const bodies = [
    ...record.control.map(({ tag, value }) => ({ tag, text: clean(value) })),
    ...record.fields.map(({ tag, ind1, ind2, subfields }) => ({
      tag,
      text: ind1 + ind2 + subfields.map(({ code, value }) => `\x1f${code}${clean(value)}`).join(""),
    })),
  ];
  let directory = "";
  let at = 0;
  for (const { tag, text } of bodies) {
    const length = Buffer.byteLength(text) + 1;
    if (length > 9_999) throw new RangeError(`Field ${tag} has ${length} bytes; ISO 2709 has room for 9,999.`);
    directory += tag + figures(length, 4) + figures(at, 5);
    at += length;
  }
  const base = 24 + directory.length + 1;
  const total = base + at + 1;
  if (total > 99_999) throw new RangeError(`The record has ${total} bytes; ISO 2709 has room for 99,999.`);
  const { leader } = record;
  const head = `${figures(total, 5)}${leader.slice(5, 9)}a22${figures(base, 5)}${leader.slice(17, 20)}4500`;
  return Buffer.from(`${head}${directory}\x1e${bodies.map(({ text }) => `${text}\x1e`).join("")}\x1d`);
}

/** One record as a MARCXML `record` element, with the namespace declared unless an element around it does. */
export function toMarcXml(record: MarcRecord, options: { inCollection?: boolean } = {}): string {
  const leader = `00000${record.leader.slice(5, 9)}a2200000${record.leader.slice(17, 20)}4500`;
  const control = record.control.map(
    ({ tag, value }) => `<controlfield tag="${escaped(tag)}">${escaped(value)}</controlfield>`,
  );
  const fields = record.fields.map(
    ({ tag, ind1, ind2, subfields }) =>
      `<datafield tag="${escaped(tag)}" ind1="${escaped(ind1)}" ind2="${escaped(ind2)}">${subfields
        .map(({ code, value }) => `<subfield code="${escaped(code)}">${escaped(value)}</subfield>`)
        .join("")}</datafield>`,
  );
  const namespace = options.inCollection ? "" : ` xmlns="${marcXmlNamespace}"`;
  return `<record${namespace}><leader>${escaped(leader)}</leader>${control.join("")}${fields.join("")}</record>`;
}

/** The namespace of MARCXML. */
export const marcXmlNamespace = "http://www.loc.gov/MARC21/slim";

const figures = (value: number, width: number) => String(value).padStart(width, "0");

/** Without the characters that ISO 2709 uses as marks, and that XML has no place for. */
const clean = (text: string) => text.replace(/[\0-\x1f\x7f]/g, "").toWellFormed();

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string) =>
  clean(text)
    .replace(/[\ufffe\uffff]/g, "")
    .replace(/[&<>"]/g, (sign) => entities[sign]!);
