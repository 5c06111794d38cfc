import { dataFields, type MarcRecord, valuesOf } from "@lienthong/marc/record.ts";
import { noVolume, splitVolume, volumeKey, volumeOfQualifier } from "./volume.ts";

/** The title statement (245) taken apart, whether the library parted it into subfields or wrote all in $a. */
export type TitleParts = {
  /** The title proper as it stands on the piece, without volume and punctuation of description. */
  proper: string;
  subtitle?: string;
  /** The volume as written: "T.1", "Quyển thượng". */
  volume?: string;
  /** The title of the part ($p). */
  part?: string;
  responsibility?: string;
};

// Keys, description and authors all begin here; a record is never changed once it was read.
const taken = new WeakMap<MarcRecord, TitleParts>();

/** Takes 245 apart. All parts are in the library's own spelling; an absent title gives an empty one. */
export function titleParts(record: MarcRecord): TitleParts {
  const known = taken.get(record);
  if (known) return known;
  const parts = takenApart(record);
  taken.set(record, parts);
  return parts;
}

function takenApart(record: MarcRecord): TitleParts {
  const field = dataFields(record, "245")[0];
  if (!field) return { proper: "" };
  const one = (code: string) => valuesOf(field, code).map(tidy).filter(Boolean);
  const whole = cut((one("a")[0] ?? one("k")[0] ?? "").replace(/(?<=\S)\s*\[[^\]]*\]$/, ""));
  // Some libraries write on in $n what belongs into $b and $c: "T.1 : Tiểu thuyết / Nam Cao".
  const numbers = one("n").map(cut);
  const split = splitVolume(whole.title);
  const volume = numbers.map((number) => number.title).join(", ") || split.volume;
  const subtitle = [
    whole.subtitle,
    ...numbers.map((number) => number.subtitle),
    ...one("b").map((text) => cut(text).title),
  ]
    .filter(Boolean)
    .join(" : ");
  const part = one("p")
    .map((text) => cut(text).title)
    .join(". ");
  const responsibility =
    one("c").join("; ") || whole.responsibility || numbers.find((number) => number.responsibility)?.responsibility;
  return {
    proper: withoutEndMark(split.title),
    ...(subtitle && { subtitle: withoutEndMark(subtitle) }),
    ...(volume && { volume: withoutEndMark(volume) }),
    ...(part && { part: withoutEndMark(part) }),
    ...(responsibility && { responsibility: withoutEndMark(responsibility) }),
  };
}

/** Cuts "title = parallel title : subtitle / responsibility"; parallel titles are given or left out, so they are no key. */
function cut(text: string): { title: string; subtitle?: string; responsibility?: string } {
  const [description = "", responsibility] = text.split(/ \/ (.*)/s);
  const [title = "", subtitle] = description.split(/\s*:\s(.*)/s);
  const [proper = ""] = title.split(" = ");
  return {
    title: proper,
    ...(subtitle && { subtitle: subtitle.split(" = ")[0]! }),
    ...(responsibility && { responsibility }),
  };
}

/** The statement of responsibility, from 245 $c or from behind the slash in $a. */
export function responsibilityOf(record: MarcRecord): string | undefined {
  return titleParts(record).responsibility;
}

/** The volume key of a record: from the title, else from the one volume its ISBN qualifiers name, else from a set's number. */
export function volumeOf(record: MarcRecord, parts: TitleParts): string {
  if (parts.volume) return volumeKey(parts.volume);
  const qualifiers = dataFields(record, "020").flatMap((field) => [
    ...valuesOf(field, "q"),
    ...valuesOf(field, "a").flatMap((value) => /\(([^)]*)\)/.exec(value)?.[1] ?? []),
  ]);
  const named = new Set(qualifiers.flatMap((qualifier) => volumeOfQualifier(qualifier) ?? []));
  if (named.size === 1) return [...named][0]!;
  // 490 $v numbers a series; only a record that says it is part of a multipart resource (leader/19) means its volume.
  const isPart = record.leader[19] === "b" || record.leader[19] === "c";
  const inSet = isPart ? dataFields(record, "490").flatMap((field) => valuesOf(field, "v"))[0] : undefined;
  return inSet ? volumeKey(inSet) : noVolume;
}

/** Spaces brought to one and the punctuation that ISBD puts at a subfield's end taken off. */
export function tidy(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/(?: ?[:;/=,])+ ?$/, "")
    .trim();
}

/** Without the full stop that ends an area of description; "v.v.", "H." and "..." keep theirs. */
export function withoutEndMark(text: string): string {
  const tidied = tidy(text);
  return /\.\.$|\.[^\s.]*\.$|(?:^|\s)\p{Lu}\.$/u.test(tidied) ? tidied : tidied.replace(/\.$/, "").trimEnd();
}
