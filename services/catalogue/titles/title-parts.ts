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

/** Takes 245 apart. All parts are in the library's own spelling; an absent title gives an empty one. */
export function titleParts(record: MarcRecord): TitleParts {
  const field = dataFields(record, "245")[0];
  if (!field) return { proper: "" };
  const one = (code: string) => valuesOf(field, code).map(tidy).filter(Boolean);
  let proper = (one("a")[0] ?? one("k")[0] ?? "").replace(/(?<=\S)\s*\[[^\]]*\]$/, "");
  let responsibility = one("c").join("; ") || undefined;
  const slash = / \/ /.exec(proper);
  if (slash) {
    responsibility ??= proper.slice(slash.index + 3);
    proper = proper.slice(0, slash.index);
  }
  // A parallel title in another language follows " = "; libraries give or leave it, so it is not part of the title proper.
  proper = proper.split(/ = /)[0]!;
  let subtitle =
    one("b")
      .join(" : ")
      .split(/ [/=] /)[0] || undefined;
  const colon = /\s*:\s/.exec(proper);
  if (colon && colon.index > 0) {
    subtitle = [proper.slice(colon.index + colon[0].length), subtitle].filter(Boolean).join(" : ");
    proper = proper.slice(0, colon.index);
  }
  const split = splitVolume(proper);
  const volume = one("n").join(", ") || split.volume;
  const part = one("p").join(". ") || undefined;
  return {
    proper: withoutEndMark(split.title),
    ...(subtitle && { subtitle: withoutEndMark(subtitle) }),
    ...(volume && { volume: withoutEndMark(volume) }),
    ...(part && { part: withoutEndMark(part) }),
    ...(responsibility && { responsibility: withoutEndMark(responsibility) }),
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

/** Without the full stop that ends an area of description; "v.v." and "..." keep theirs. */
export function withoutEndMark(text: string): string {
  const tidied = tidy(text);
  return /\.\.$|\.[^\s.]*\.$/.test(tidied) ? tidied : tidied.replace(/\.$/, "").trimEnd();
}
