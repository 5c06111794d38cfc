import { canon } from "@lienthong/text/canon.ts";
import { foldCanon } from "@lienthong/text/fold.ts";
import { first, type MarcRecord, subfields } from "@lienthong/marc/record.ts";
import { responsibilityOf } from "./title-parts.ts";

/**
 * The author as a key: the syllables of the name, each once, in order, so that "Nguyễn, Du, 1765-1820", "Nguyễn Du" and
 * the turned "Du, Nguyễn" are one. Empty when the record names nobody; works of unknown or many authors name nobody.
 */
export function authorKey(record: MarcRecord): string {
  const heading = first(record, "100", "a") ?? corporateName(record) ?? firstNamed(responsibilityOf(record));
  return heading === undefined ? "" : nameKey(heading);
}

/** The key of one name: without dates, relators, titles of rank and commas. */
export function nameKey(name: string): string {
  const bare = withoutRelators(name)
    // In H'Hen and Y'Ngông the apostrophe is a letter of the name, not a gap.
    .replace(/(?<=\p{L})['’ʼ](?=\p{L})/gu, "")
    .replace(/\(?\b\d{3,4}\b\s*[-–]?\s*(\d{3,4})?\)?/g, " ");
  const key = [...new Set(canon(bare).split(" "))].sort().join(" ");
  return nobody.has(key) ? "" : key;
}

/** The fold of an author key, its syllables in the order that names typed without marks have. */
export function foldedAuthor(authorCanon: string): string {
  return [...new Set(foldCanon(authorCanon).split(" "))].sort().join(" ");
}

const nobody = new Set(
  ["khuyết danh", "nhiều tác giả", "không rõ tác giả", "vô danh", "khuyet danh", "nhieu tac gia"].map((text) =>
    [...new Set(canon(text).split(" "))].sort().join(" "),
  ),
);

function corporateName(record: MarcRecord): string | undefined {
  const name = [...subfields(record, "110", "a"), ...subfields(record, "110", "b")].join(" ");
  return name || first(record, "111", "a");
}

/** The first person or body in a statement of responsibility, as it stands on the piece. */
export function firstNamed(responsibility: string | undefined): string | undefined {
  if (responsibility === undefined) return undefined;
  const [head = ""] = responsibility.split(/;|\.\.\.|…|\[/);
  const names = head.split(/,|\s+và\s+|\s+and\s+|&/iu).map((name) => name.trim());
  // "Smith, John" is one foreign name turned round; no Vietnamese author signs a book with a family name alone.
  const turned = names.length > 1 && /^\S+$/.test(withoutRelators(names[0]!).trim());
  const name = turned ? `${names[0]} ${names[1]}` : names[0]!;
  return name === "" ? undefined : name;
}

// Written small and with its marks, what somebody did stands after the name; "Minh Hoa" is a name, "minh hoạ" a deed.
const deeds =
  "tổng chủ biên|chủ biên|biên soạn|biên dịch|sưu tầm|tuyển chọn|giới thiệu|hiệu đính|minh họa|minh hoạ|người dịch|dịch|soạn|vẽ";
const deedAfter = new RegExp(
  `[\\s,(]+(?:${deeds}|(?:[Cc]h?\\.|[BbSsHh]\\.)\\s?[BbSsTtĐđ]\\.|ed(?:itor)?s?\\.?)[\\s).]*$`,
  "u",
);
const deedBefore = new RegExp(`^(?:(?:${deeds}|tác giả)\\s*:|(?:edited )?by\\s)\\s*`, "iu");
const ranks = /(?:^|(?<=[\s.,]))(?:GS|PGS|TSKH|TS|ThS|BS|KS|CN|NGƯT|NGND|NSND|NSƯT)\.(?=\s|\p{L})/gu;

function withoutRelators(name: string): string {
  let bare = name.normalize("NFC").trim().replace(deedBefore, "").replace(ranks, " ").trim();
  while (deedAfter.test(bare)) bare = bare.replace(deedAfter, "");
  return bare.replace(/^[\s:.,]+|[\s:,;]+$/g, "");
}
