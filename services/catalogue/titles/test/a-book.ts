import type { DataField, MarcRecord } from "@lienthong/marc/record.ts";
import { matchKeys } from "../match-keys.ts";
import type { Member } from "../members.ts";

/** What a test cares to say of a record; the rest is an ordinary printed book in Vietnamese. */
export type Said = {
  title?: string;
  subtitle?: string;
  volume?: string;
  author?: string;
  by?: string;
  publisher?: string;
  place?: string;
  year?: string;
  edition?: string;
  pages?: string;
  isbn?: string | string[];
  issn?: string;
  national?: string;
  lang?: string;
  /** Leader positions 6 and 7. */
  type?: string;
  more?: DataField[];
};

/** A field from "245 10 $aTitle$cAuthor"; blanks of indicators are written #. */
export function field(line: string): DataField {
  const [head = "", ...parts] = line.split("$");
  const [tag = "", indicators = "##"] = head.trim().split(" ");
  const [ind1 = " ", ind2 = " "] = indicators.replaceAll("#", " ");
  return { tag, ind1, ind2, subfields: parts.map((part) => ({ code: part[0]!, value: part.slice(1) })) };
}

export function aBook(said: Said): MarcRecord {
  const fields: DataField[] = [];
  const add = (tag: string, subfields: [code: string, value: string | undefined][]) => {
    const given = subfields.flatMap(([code, value]) => (value === undefined ? [] : [{ code, value }]));
    if (given.length > 0) fields.push({ tag, ind1: " ", ind2: " ", subfields: given });
  };
  for (const isbn of [said.isbn ?? []].flat()) add("020", [["a", isbn]]);
  add("022", [["a", said.issn]]);
  if (said.national)
    add("015", [
      ["a", said.national],
      ["2", "vnnb"],
    ]);
  add("100", [["a", said.author]]);
  add("245", [
    ["a", said.title ?? "Truyện Kiều"],
    ["n", said.volume],
    ["b", said.subtitle],
    ["c", said.by],
  ]);
  add("250", [["a", said.edition]]);
  add("260", [
    ["a", said.place ?? "H."],
    ["b", said.publisher],
    ["c", said.year],
  ]);
  add("300", [["a", said.pages]]);
  fields.push(...(said.more ?? []));
  const type = said.type ?? "am";
  const year = /^\d{4}$/.test(said.year ?? "") ? said.year : "    ";
  return {
    leader: `00000n${type} a2200000 a 4500`,
    control: [{ tag: "008", value: `200815s${year}    vm            000 0 ${said.lang ?? "vie"} d` }],
    fields,
  };
}

export function aMember(sourceKey: string, said: Said): Member {
  return { sourceKey, keys: matchKeys(aBook(said)) };
}
