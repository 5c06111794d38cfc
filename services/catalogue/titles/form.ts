import { controlField, dataFields, first, type MarcRecord, subfields } from "@lienthong/marc/record.ts";
import { fold } from "@lienthong/text/fold.ts";

export type Carrier = "print" | "e" | "audio" | "video" | "braille" | "large" | "micro" | "manuscript";

/** Whether the record describes a thesis: a dissertation note, or the words of one in the title. */
export function isThesis(record: MarcRecord): boolean {
  if (dataFields(record, "502").length > 0) return true;
  return subfields(record, "245", "b").some((text) => /^(?:luan (?:van|an)|khoa luan) /.test(`${fold(text)} `));
}

/** Whether every copy is a thing of its own: handwriting (leader/06 d, f, t), archives, woodblocks. Theses are copied and are not. */
export function isUnique(record: MarcRecord): boolean {
  if (isThesis(record)) return false;
  if (/[dft]/.test(record.leader[6] ?? "") || record.leader[8] === "a") return true;
  const words = ["340", "655"].flatMap((tag) => subfields(record, tag, "a")).map(fold);
  return words.some((text) => /\b(?:moc ban|woodblock|chep tay|viet tay|ban thao)\b/.test(text));
}

/** On what the content comes, from leader/06, 008/23, 338 and 245 $h; `print` when nothing says otherwise. */
export function carrierOf(record: MarcRecord): Carrier {
  const type = record.leader[6] ?? "a";
  if (type === "i" || type === "j") return "audio";
  if (type === "g") return "video";
  if (type === "m") return "e";
  if (isUnique(record) && /[dft]/.test(type)) return "manuscript";
  const coded = carrierOfForm.get(controlField(record, "008")?.[/[efgkor]/.test(type) ? 29 : 23] ?? " ");
  if (coded) return coded;
  const code = first(record, "338", "b") ?? "";
  if (code === "cr" || /^c[a-z]$/.test(code)) return "e";
  if (/^s[a-z]$/.test(code)) return "audio";
  if (/^h[a-z]$/.test(code)) return "micro";
  if (/^v[a-z]$/.test(code)) return "video";
  const designation = fold(first(record, "245", "h") ?? "");
  return wordsOfCarrier.find(([words]) => words.test(designation))?.[1] ?? "print";
}

/** The form of a record for keys: content, level and carrier. Records of different forms are never one title. */
export function formKey(record: MarcRecord): string {
  const type = record.leader[6] === "t" && isThesis(record) ? "a" : (record.leader[6] ?? "a");
  return `${type}${record.leader[7] ?? "m"}-${carrierOf(record)}`.replace(/ /g, "_");
}

const carrierOfForm = new Map<string, Carrier>([
  ["a", "micro"],
  ["b", "micro"],
  ["c", "micro"],
  ["d", "large"],
  ["f", "braille"],
  ["o", "e"],
  ["q", "e"],
  ["s", "e"],
]);

const wordsOfCarrier: [RegExp, Carrier][] = [
  [/dien tu|electronic|may tinh|computer/, "e"],
  [/ghi am|sach noi|sound|audio/, "audio"],
  [/ghi hinh|video/, "video"],
  [/chu noi|braille/, "braille"],
  [/vi phim|micro/, "micro"],
];
