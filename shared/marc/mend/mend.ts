import type { Encoding } from "../encodings/encoding.ts";
import type { Fault, Repair } from "../quarantine.ts";
import { controlField, type MarcRecord, type Subfield, subfields } from "../record.ts";
import { fromWindows1252, looksDoubled, undoubled } from "./double-utf8.ts";
import { withoutEntities } from "./entities.ts";
import { withoutLookAlikes } from "./look-alikes.ts";
import { otherFont } from "./wrong-font.ts";

/**
 * Mends the text of a decoded record in place, with evidence, and says what it mended; text comes out in NFC. A fault
 * where the text was plainly converted wrongly before and cannot be had back with certainty.
 */
export function mend(record: MarcRecord, encoding: Encoding): Repair[] | Fault {
  const kinds = new Map<Repair["kind"], string[]>();
  const note = (kind: Repair["kind"], tag: string) => {
    const tags = kinds.get(kind) ?? [];
    if (!tags.includes(tag)) tags.push(tag);
    kinds.set(kind, tags);
  };
  for (const field of record.control) {
    // Positions count in control fields: a control character leaves a blank.
    const value = field.value.replace(controls, " ");
    if (value !== field.value) note("control-characters", field.tag);
    field.value = value;
  }
  const beyondAscii: { tag: string; subfield: Subfield }[] = [];
  for (const field of record.fields) {
    for (const subfield of field.subfields) {
      if (!/[^ -%'-~]/.test(subfield.value)) continue;
      mendSigns(field.tag, subfield, note);
      if (/[^\0-\x7f]/.test(subfield.value)) beyondAscii.push({ tag: field.tag, subfield });
    }
  }
  const font = otherFont(
    beyondAscii.map(({ subfield }) => subfield.value),
    saysVietnamese(record),
  );
  if (font && "doubtful" in font) {
    const detail =
      "Most words are Vietnamese in an old font encoding that was converted as if it were Western, but not all.";
    return misEncoded(
      detail,
      encoding,
      beyondAscii,
      font.doubtful.map(({ encoding: other, texts }) => ({ encoding: other, text: texts.join(" | ") })),
    );
  }
  if (font) {
    for (const [index, { tag, subfield }] of beyondAscii.entries()) {
      subfield.value = font.found.texts[index]!;
      note("wrong-font", tag);
    }
  }
  const doubled = beyondAscii.filter(({ subfield }) => looksDoubled(subfield.value));
  if (doubled.length > 0) return misEncoded("UTF-8 was converted twice and letters were lost.", encoding, doubled, []);
  for (const { tag, subfield } of beyondAscii) mendLetters(tag, subfield, note);
  return [...kinds].map(([kind, tags]) => ({ kind, detail: `${inWords[kind]} (${tags.join(", ")})` }));
}

/** By 008/35–37 or 041. */
function saysVietnamese(record: MarcRecord): boolean {
  return controlField(record, "008")?.slice(35, 38) === "vie" || subfields(record, "041", "a").includes("vie");
}

type Note = (kind: Repair["kind"], tag: string) => void;

const inWords: Partial<Record<Repair["kind"], string>> = {
  "control-characters": "control characters taken out",
  "html-entities": "character references of HTML replaced by their letters",
  "double-utf8": "UTF-8 that had been converted twice undone",
  "wrong-font": "Vietnamese in an old font encoding that had been converted as if it were Western read again",
  "look-alikes": "letters that only look Vietnamese exchanged",
  spaces: "no-break and zero-width spaces exchanged",
  "letters-lost": "letters were lost (U+FFFD) before the file was made",
};

const controls = /[\0-\x1f\x7f]/g;

function mendSigns(tag: string, subfield: Subfield, note: Note): void {
  if (/[\0-\x1f\x7f]/.test(subfield.value)) {
    // Line breaks, tabs and marks of ISO 2709 part words; the others stand for nothing.
    subfield.value = subfield.value.replace(/(?<! ) *[\t-\r\x1d-\x1f]+ */g, " ").replace(controls, "");
    note("control-characters", tag);
  }
  const isAddress = tag === "856" && subfield.code === "u";
  const plain = isAddress ? subfield.value : withoutEntities(subfield.value);
  if (plain !== subfield.value) note("html-entities", tag);
  const single = undoubled(plain);
  if (single !== undefined) note("double-utf8", tag);
  subfield.value = single ?? plain;
}

function mendLetters(tag: string, subfield: Subfield, note: Note): void {
  if (/[\x80-\x9f]/.test(subfield.value)) {
    subfield.value = subfield.value.replace(/[\x80-\x9f]/g, (code) => fromWindows1252(code.charCodeAt(0)) ?? "");
    note("control-characters", tag);
  }
  const { text, letters, spaces } = withoutLookAlikes(subfield.value);
  subfield.value = text;
  if (letters) note("look-alikes", tag);
  if (spaces) note("spaces", tag);
  if (text.includes("\ufffd")) note("letters-lost", tag);
}

function misEncoded(
  detail: string,
  encoding: Encoding,
  values: { subfield: Subfield }[],
  others: { encoding: Encoding; text: string }[],
): Fault {
  const asIs = { encoding, text: values.map(({ subfield }) => subfield.value).join(" | ") };
  const readings = [asIs, ...others].map((one) => ({ ...one, text: one.text.slice(0, 600) }));
  return { reason: "mis-encoded", detail, readings };
}
