import assert from "node:assert/strict";
import { test } from "node:test";
import { first } from "../record.ts";
import { aBook, inWords, iso, isoOfBytes, read, readAll, repairsOf } from "../test/files.ts";

const latin1Of = (text: string) => Buffer.from(text).toString("latin1");
const windows1252Of = (text: string) => new TextDecoder("windows-1252").decode(Buffer.from(text));

async function title(written: string) {
  const fields: [string, Buffer][] = [
    ["001", Buffer.from("1")],
    ["245", Buffer.from(`10\x1fa${written}`)],
  ];
  const [only] = await readAll(isoOfBytes(fields, "a"));
  return { title: only?.ok ? first(only.record, "245", "a") : inWords(only), repairs: repairsOf(only) };
}

const mended: [what: string, written: string, title: string, repairs: string[]][] = [
  ["decomposed letters", "Truyện Kiều".normalize("NFD"), "Truyện Kiều", []],
  ["Icelandic eth for Đ", "Ðà Nẵng, ÐHQG, ðường", "Đà Nẵng, ĐHQG, đường", ["look-alikes"]],
  ["Icelandic as it is", "Það er Ísland, við", "Það er Ísland, við", []],
  ["gha for Ư", "Ƣng Bình, tƣ liệu", "Ưng Bình, tư liệu", ["look-alikes"]],
  ["deprecated tone marks", "Ha\u0340 No\u0323\u0302i", "Hà Nội", ["look-alikes"]],
  ["no-break and zero-width spaces", "Truyện\u00a0Kiều\u200b", "Truyện Kiều", ["spaces"]],
  ["joiners of Persian", "می\u200cروم", "می\u200cروم", []],
  ["references of HTML by number", "Truy&#7879;n Ki&#x1EC1;u", "Truyện Kiều", ["html-entities"]],
  ["references of HTML by name", "Ti&ecirc;́ng &amp; ch&#7919;", "Tiếng & chữ", ["html-entities"]],
  ["references escaped twice", "Truy&amp;#7879;n", "Truyện", ["html-entities"]],
  ["ampersands that are none", "AT&T; R&D; &#xD800; &nothing;", "AT&T; R&D; &#xD800; &nothing;", []],
  ["UTF-8 taken for Latin-1", latin1Of("Truyện Kiều"), "Truyện Kiều", ["double-utf8"]],
  ["UTF-8 taken for Windows-1252", windows1252Of("Đường Kách mệnh"), "Đường Kách mệnh", ["double-utf8"]],
  ["UTF-8 taken for Latin-1 twice", latin1Of(latin1Of("Michoacán")), "Michoacán", ["double-utf8"]],
  ["French quotation marks after é", "«Café» de l’été", "«Café» de l’été", []],
  ["line breaks and other controls", "Truyện \n\x07Kiều\x1b", "Truyện Kiều", ["control-characters"]],
];

for (const [what, written, expected, repairs] of mended) {
  test(`${what}: ${JSON.stringify(expected)}`, async () => {
    assert.deepEqual(await title(written), { title: expected, repairs });
  });
}

test("UTF-8 taken for Latin-1 that lost letters is set aside", async () => {
  const lost = latin1Of("Truyện Kiều").replace("\x87", "");
  assert.equal((await title(lost)).title, "mis-encoded");
});

test("TCVN3 saved as if it were Western is read again, for the whole record", async () => {
  const record = aBook("1", "TruyÖn KiÒu");
  record.fields[0]!.subfields[0]!.value = "NguyÔn Du";
  record.fields[1]!.subfields[1]!.value = "B\xb6n chÝnh";
  record.fields[2]!.subfields = [
    { code: "a", value: "Hµ Néi" },
    { code: "b", value: "V\xa8n häc" },
  ];
  const [only] = await readAll(iso(record));
  assert.equal(first(read(only).record, "245", "a"), "Truyện Kiều");
  assert.equal(first(read(only).record, "100", "a"), "Nguyễn Du");
  assert.equal(first(read(only).record, "260", "b"), "Văn học");
  assert.deepEqual(repairsOf(only), ["wrong-font"]);
});

test("French in a record that is otherwise Vietnamese stays French", async () => {
  const record = aBook("1", "Né à l’été : thơ");
  assert.equal(first(read((await readAll(iso(record)))[0]).record, "245", "a"), "Né à l’été : thơ");
});
