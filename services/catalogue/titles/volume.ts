import { canon } from "@lienthong/text/canon.ts";
import { numberIn } from "./numbers.ts";

/** Written for a record that names no volume: a monograph, or a whole set. */
export const noVolume = "-";

// "t" and "q" need their dot or a digit at once after them: "T.1", "T1", but not "t lymphô"; a word must end, "cương" is no "cuốn".
const designation =
  "(?:(?:tập|tâp|tap|quyển|quyen|cuốn|cuon|phần|phan|volume|vol|tome|band|part|bd|pt|ph)(?=[\\s.\\d])\\.?|[tqv](?:\\.|(?=\\d)))";
const value = "(?:\\d{1,4}|[ivx]{1,6}|[a-zà-ỹ]{1,6})";
const trailing = new RegExp(
  `[\\s.,;:(\\[/-]+(${designation}\\s*${value}(?:\\s*(?:[-–+,&]|đến|và|to)\\s*(?:${designation}\\s*)?(?:\\d{1,4}|[ivx]{1,6}))?)[\\s)\\].]*$`,
  "iu",
);
const starting = new RegExp(`^[\\s(\\[]*${designation}\\s*`, "iu");

/**
 * A volume designation as a key: "T.1", "Tập I", "Quyển một" and "1" are all `1`; "T.1-3" is `1-3`;
 * thượng and hạ are 1 and 2. What is no number is kept as its canon, so that "Phụ lục" is a volume of its own.
 */
export function volumeKey(text: string): string {
  const bare = text
    .normalize("NFC")
    .replace(starting, "")
    .replace(/^[\s.]+|[\s).\],:;/]+$/g, "");
  const pieces = bare
    .split(/\s*(?:[-–+&]|đến|\bto\b)\s*|\s*,\s*|\s+và\s+/iu)
    .map((piece) => piece.replace(starting, ""));
  const numbers = pieces.map((piece) => numberIn(piece.trim()) ?? halves.get(piece.trim().toLowerCase()));
  if (numbers.length > 0 && numbers.every((one) => one !== undefined)) {
    return numbers.length === 1 ? String(numbers[0]) : `${numbers[0]}-${numbers.at(-1)}`;
  }
  return canon(bare) || noVolume;
}

const halves = new Map([
  ["thượng", 1],
  ["thuong", 1],
  ["hạ", 2],
  ["ha", 2],
]);

/**
 * Takes a volume designation off the end of a title: "Truyện Kiều. T.1" is the title "Truyện Kiều" and volume "T.1".
 * A bare number ("Toán 10") belongs to the title.
 */
export function splitVolume(title: string): { title: string; volume?: string } {
  const found = trailing.exec(title);
  if (!found || found.index === 0) return { title };
  const volume = found[1]!;
  // A word after the designation must be a number or thượng/hạ: "phần mềm" and "cuốn sách" end no title as a volume.
  if (!/^(\d{1,4}|\d{1,4}-\d{1,4}|[a-h])$/.test(volumeKey(volume))) return { title };
  // Without marks, "phan tu" is rather phân tử than phần tư: then only digits make a volume.
  if (/^(?:tap|quyen|cuon|phan)\b[\s.]*\D/i.test(volume)) return { title };
  return { title: title.slice(0, found.index), volume };
}

/** The volume that a qualifier of an ISBN names ("T.1", "(Tập 2)"); undefined for "bìa mềm" or "bộ". */
export function volumeOfQualifier(qualifier: string): string | undefined {
  if (!starting.test(qualifier)) return undefined;
  const key = volumeKey(qualifier);
  return /^\d{1,4}(-\d{1,4})?$/.test(key) ? key : undefined;
}
