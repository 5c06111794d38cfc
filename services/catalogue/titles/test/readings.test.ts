import assert from "node:assert/strict";
import { test } from "node:test";
import { alias, unionId } from "../alias.ts";
import { describe } from "../describe.ts";
import { editionNumber } from "../edition.ts";
import { carrierOf, formKey, isUnique } from "../form.ts";
import { publisherKey } from "../imprint.ts";
import { isbn13, issn } from "../isbn.ts";
import { nearlyEqual } from "../likeness.ts";
import { nameKey } from "../names.ts";
import { naturalName } from "../natural-name.ts";
import { titleParts } from "../title-parts.ts";
import { splitVolume, volumeKey, volumeOfQualifier } from "../volume.ts";
import { aBook, field } from "./a-book.ts";

function table<Out>(read: (text: string) => Out, rows: [text: string, out: Out][]): void {
  for (const [text, out] of rows) assert.deepEqual(read(text), out, text);
}

test("an ISBN is thirteen digits with a true check digit, however it was written", () => {
  table(isbn13, [
    ["604100006X", "9786041000063"],
    ["6041000000", "9786041000001"],
    ["604-1-00006-x (T.1)", "9786041000063"],
    ["978-604-1-00006-3 : 25000đ", "9786041000063"],
    ["ISBN 9786041000063", "9786041000063"],
    ["9786041000064", undefined],
    ["6041000001", undefined],
    ["97860410000631", undefined],
    ["1234567890128", undefined],
    ["8935246912345", undefined],
    ["", undefined],
    ["25000đ", undefined],
  ]);
  table(issn, [
    ["0866-7659", "0866-7659"],
    ["08667659", "0866-7659"],
    ["0866-7658", undefined],
    ["", undefined],
  ]);
});

test("a volume is the same number in digits, Roman numerals and words", () => {
  table(volumeKey, [
    ["T.1", "1"],
    ["Tập 1", "1"],
    ["Q. Một", "1"],
    ["Quyển I", "1"],
    ["Tập XIV", "14"],
    ["Quyển thượng", "1"],
    ["Quyển hạ", "2"],
    ["T.1-3", "1-3"],
    ["T.1 - T.3", "1-3"],
    ["Tập 1, 2", "1-2"],
    ["12", "12"],
    ["Phụ lục", "phu5 luc5"],
    ["", "-"],
  ]);
  table(
    (text) => splitVolume(text),
    [
      ["Truyện Kiều. T.1", { title: "Truyện Kiều", volume: "T.1" }],
      ["Sông Đông. Tập II", { title: "Sông Đông", volume: "Tập II" }],
      ["Toán cao cấp (Tập 2)", { title: "Toán cao cấp", volume: "Tập 2" }],
      ["Toán 10", { title: "Toán 10" }],
      ["Sinh học phân tử", { title: "Sinh học phân tử" }],
      ["Sinh hoc phan tu", { title: "Sinh hoc phan tu" }],
      ["Xa hoi hoc dai cuong", { title: "Xa hoi hoc dai cuong" }],
      ["Công nghệ phần mềm", { title: "Công nghệ phần mềm" }],
      ["Tập 1", { title: "Tập 1" }],
    ],
  );
  table(volumeOfQualifier, [
    ["T.1", "1"],
    ["Tập 2", "2"],
    ["bìa mềm", undefined],
    ["bộ", undefined],
    ["trọn bộ", undefined],
  ]);
});

test("a reprint counts after the first printing", () => {
  table(editionNumber, [
    ["In lần thứ 2", 2],
    ["Tái bản lần 1", 2],
    ["Tái bản lần thứ 3, có sửa chữa và bổ sung", 4],
    ["Tb. lần 3, có s.c., b.s.", 4],
    ["Tái bản có sửa chữa lần thứ 2", 3],
    ["Tái bản lần thứ nhất", 2],
    ["Xuất bản lần thứ hai", 2],
    ["Tai ban lan thu 3", 4],
    ["Tái bản có sửa chữa", undefined],
    ["2nd ed.", 2],
    ["Third edition", 3],
    ["Rev. ed.", undefined],
    ["", undefined],
  ]);
});

test("a name is its syllables, without dates, deeds and ranks", () => {
  const du = nameKey("Nguyễn Du");
  for (const name of [
    "Nguyễn, Du, 1765-1820",
    "Du, Nguyễn",
    "NGUYỄN DU",
    "Nguyễn Du (chủ biên)",
    "Nguyễn Du ch.b.",
    "GS. Nguyễn Du",
    "Chủ biên: Nguyễn Du",
    "Nguyễn Du b.s.",
  ]) {
    assert.equal(nameKey(name), du, name);
  }
  assert.equal(nameKey("H'Hen Niê"), nameKey("HHen Niê"));
  assert.notEqual(nameKey("Lê Minh Hoà"), nameKey("Lê"));
  assert.notEqual(nameKey("Le Minh Hoa"), nameKey("Le"));
  assert.equal(nameKey("Khuyết danh"), "");
  assert.equal(nameKey("Nhiều tác giả"), "");
  table(naturalName, [
    ["Nguyễn, Du, 1765-1820", "Nguyễn Du"],
    ["Trang, Nguyễn Thị", "Nguyễn Thị Trang"],
    ["Hồ Chí Minh", "Hồ Chí Minh"],
    ["Hugo, Victor, 1802-1885.", "Hugo, Victor"],
    ["Thích Nhất Hạnh", "Thích Nhất Hạnh"],
  ]);
});

test("a publisher is one, however its name is shortened", () => {
  for (const names of [
    ["Trẻ", "NXB Trẻ", "Nxb. Trẻ", "Nhà xuất bản Trẻ", "NXB TRẺ"],
    ["Đại học Quốc gia TP. Hồ Chí Minh", "Nhà xuất bản Đại học Quốc gia Thành phố Hồ Chí Minh", "ĐHQG Tp. HCM"],
    ["Giáo dục", "Nxb. Giáo dục Việt Nam"],
    ["Khoa học và Kỹ thuật", "Khoa học & Kĩ thuật"],
  ]) {
    assert.equal(new Set(names.map(publisherKey)).size, 1, names.join());
  }
  assert.notEqual(publisherKey("The gioi"), publisherKey("gioi"));
});

test("a title is taken apart wherever the library wrote its parts", () => {
  const whole = { proper: "Số đỏ", subtitle: "Tiểu thuyết", volume: "T.1", responsibility: "Vũ Trọng Phụng" };
  for (const line of [
    "245 10 $aSố đỏ.$nT.1 :$bTiểu thuyết /$cVũ Trọng Phụng",
    "245 10 $aSố đỏ. T.1 : Tiểu thuyết / Vũ Trọng Phụng",
    "245 10 $aSố đỏ.$nT.1 : Tiểu thuyết / Vũ Trọng Phụng.",
    "245 10 $a Số đỏ  $nT.1$bTiểu thuyết$cVũ Trọng Phụng",
  ]) {
    assert.deepEqual(titleParts({ leader: "", control: [], fields: [field(line)] }), whole, line);
  }
  assert.deepEqual(titleParts({ leader: "", control: [], fields: [] }), { proper: "" });
  assert.equal(titleParts(aBook({ title: "Đi về đâu..." })).proper, "Đi về đâu...");
  assert.equal(titleParts(aBook({ title: "Le Paria = Người cùng khổ :" })).proper, "Le Paria");
});

test("the form tells print, talking books, Braille, files and handwriting apart", () => {
  assert.equal(formKey(aBook({})), "am-print");
  assert.equal(carrierOf(aBook({ type: "im" })), "audio");
  assert.equal(carrierOf(aBook({ more: [field("245 ## $h[Sách nói]")] })), "audio");
  assert.equal(carrierOf(aBook({ more: [field("338 ## $bcr")] })), "e");
  assert.equal(carrierOf(aBook({ type: "tm" })), "manuscript");
  assert.equal(isUnique(aBook({ type: "tm", more: [field("502 ## $aLuận án")] })), false);
  assert.equal(isUnique(aBook({ more: [field("655 #7 $aMộc bản")] })), true);
});

test("titles a slip apart are nearly equal, numbers never", () => {
  for (const [x, y, equal] of [
    ["nhung ngay tho au", "nhug ngay tho au", true],
    ["tat den", "tat dne", true],
    ["toan 10", "toan 11", false],
    ["so do", "so mo", false],
    ["lich su viet nam", "dia ly viet nam", false],
  ] as const) {
    assert.equal(nearlyEqual(x, y), equal, `${x} / ${y}`);
  }
});

test("an alias is permanent and a title is named by its smallest source key", () => {
  assert.equal(alias("VN-AB12345:00000001"), "uef9c2811fe98ba2f671e");
  assert.equal(unionId(["VN-B:1", "VN-A:2", "VN-A:10"]), alias("VN-A:10"));
  assert.throws(() => unionId([]), RangeError);
});

test("readers see a record without the marks of description, in its own spelling", () => {
  const record = aBook({
    title: "Kỹ thuật điện :",
    subtitle: "giáo trình /",
    by: "Lê Văn Hoà (ch.b.), Nguyễn Lan.",
    volume: "T.2",
    author: "Lê, Văn Hoà,",
    place: "H. :",
    publisher: "Khoa học và Kỹ thuật,",
    year: "2009",
    edition: "Tái bản lần thứ 1.",
    pages: "215 tr. ;",
    isbn: ["604-1-00006-X", "hỏng"],
    more: [
      field("700 1# $aNguyễn, Lan"),
      field("650 #4 $aĐiện$xKỹ thuật"),
      field("650 #4 $aĐiện -- Kỹ thuật"),
      field("082 04 $a621.3$bL250H"),
      field("490 0# $aTủ sách Đại học ;$v3"),
      field("880 10 $6245-01$a電技"),
    ],
  });
  assert.deepEqual(describe(record), {
    kind: "book",
    title: "Kỹ thuật điện",
    subtitle: "giáo trình",
    volume: "T.2",
    responsibility: "Lê Văn Hoà (ch.b.), Nguyễn Lan",
    authors: ["Lê Văn Hoà", "Nguyễn Lan"],
    place: "H.",
    publisher: "Khoa học và Kỹ thuật",
    year: "2009",
    edition: "Tái bản lần thứ 1",
    language: "vie",
    isbn13s: ["9786041000063"],
    ddc: ["621.3"],
    subjects: ["Điện – Kỹ thuật"],
    series: ["Tủ sách Đại học"],
    extent: "215 tr.",
    originalTitle: "電技",
  });
  assert.deepEqual(describe({ leader: "", control: [], fields: [] }), {
    kind: "book",
    title: "",
    authors: [],
    isbn13s: [],
    ddc: [],
    subjects: [],
    series: [],
  });
  assert.equal(describe(aBook({ type: "as" })).kind, "serial");
  assert.equal(describe(aBook({ more: [field("502 ## $aLuận án")] })).kind, "thesis");
});
