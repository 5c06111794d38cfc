import assert from "node:assert/strict";
import { test } from "node:test";
import { cluster } from "../cluster.ts";
import { aMember, field, type Said } from "./a-book.ts";

const a = "9786041000063";
const b = "9786042000154";
const kieu: Said = { title: "Truyện Kiều", author: "Nguyễn Du", publisher: "Văn học" };
const fromPrintings = { title: "Số đỏ", author: "Vũ Trọng Phụng", publisher: "Văn học", year: "1988" };

type Example = { because: string; records: Said[]; titles: number; review?: string };

const examples: Example[] = [
  {
    because: "another publisher is another edition",
    records: [
      { ...kieu, year: "2005" },
      { ...kieu, year: "2005", publisher: "Giáo dục" },
    ],
    titles: 2,
  },
  {
    because: "the place of the tone is a matter of style",
    records: ["Hoà bình cho ai", "Hòa bình cho ai"].map((title) => ({ ...kieu, title, year: "1978" })),
    titles: 1,
  },
  {
    because: "a comma and dates do not make another person",
    records: ["Nguyễn, Du, 1765-1820", "Nguyễn Du"].map((author) => ({ ...kieu, author, year: "1972" })),
    titles: 1,
  },
  {
    because: "volumes of a set with one ISBN are two things",
    records: ["T.1", "T.2"].map((volume) => ({
      title: "Lịch sử Việt Nam",
      volume,
      isbn: a,
      publisher: "Giáo dục",
      year: "2010",
    })),
    titles: 2,
  },
  {
    because: "i and y are one letter after an onset",
    records: ["Kĩ thuật điện", "Kỹ thuật điện"].map((title) => ({ title, publisher: "Giáo dục", year: "1986" })),
    titles: 1,
  },
  {
    because: "what was typed without marks is for a person to decide",
    records: ["TRUYEN KIEU", "Truyện Kiều"].map((title) => ({ ...kieu, title, year: "1972" })),
    titles: 2,
    review: "same-without-marks",
  },
  {
    because: "another tone is another word",
    records: ["Bán nước", "Bàn nước"].map((title) => ({ title, publisher: "Sự thật", year: "1950" })),
    titles: 2,
    review: "same-without-marks",
  },
  {
    because: "another ISBN in another year is another edition",
    records: [
      { title: "Toán 10", isbn: a, publisher: "Giáo dục", year: "2006" },
      { title: "Toán 10", isbn: b, publisher: "Giáo dục", year: "2022" },
    ],
    titles: 2,
  },
  {
    because: "a publisher used an ISBN again",
    records: [
      { title: "Giáo trình kinh tế", isbn: a, year: "2008" },
      { title: "Cẩm nang nuôi tôm", isbn: a, year: "2015" },
    ],
    titles: 2,
    review: "same-number",
  },
  {
    because: "a talking book is no printed one",
    records: [
      { title: "Nhật ký trong tù", publisher: "Văn học", year: "1990" },
      { title: "Nhật ký trong tù", publisher: "Văn học", year: "1990", type: "im" },
    ],
    titles: 2,
  },
  {
    because: "the encoding of a file is gone once it is read, composed or not",
    records: ["Tắt đèn", "Tắt đèn".normalize("NFD")].map((title) => ({
      title,
      author: "Ngô Tất Tố",
      publisher: "Văn học",
      year: "1957",
    })),
    titles: 1,
  },
  {
    because: "another printing without an ISBN is told apart by its edition",
    records: ["In lần thứ 2", "In lần thứ 3"].map((edition) => ({
      title: "Dế Mèn phiêu lưu ký",
      edition,
      author: "Tô Hoài",
      publisher: "Kim Đồng",
      year: "1990",
    })),
    titles: 2,
  },
  {
    because: "which of two numbered editions a record without a number is cannot be known",
    records: [fromPrintings, { ...fromPrintings, isbn: a }, { ...fromPrintings, isbn: b }],
    titles: 3,
    review: "identifiers-differ",
  },
  {
    because: "each manuscript is itself",
    records: [1, 2].map(() => ({
      title: "Đại Việt sử ký toàn thư",
      author: "Ngô Sĩ Liên",
      publisher: "Nội các quan bản",
      year: "1697",
      type: "tm",
    })),
    titles: 2,
  },
  {
    because: "a translation is another book",
    records: [
      { title: "Người cùng khổ", publisher: "Sự thật", year: "1962" },
      { title: "Le Paria", lang: "fre", publisher: "Sự thật", year: "1962" },
    ],
    titles: 2,
  },
  {
    because: "place names in two spellings meet in the authority, not in the union",
    records: ["Địa chí Đắk Lắk", "Địa chí Đắc Lắc"].map((title) => ({
      title,
      publisher: "Khoa học xã hội",
      year: "1994",
    })),
    titles: 2,
  },
  {
    because: "printings under one ISBN are one thing to lend",
    records: [
      { title: "Lão Hạc", author: "Nam Cao", isbn: a, edition: "In lần thứ 1", publisher: "Văn học", year: "2010" },
      { title: "Lão Hạc", author: "Nam Cao", isbn: a, edition: "In lần thứ 3", publisher: "Văn học", year: "2014" },
    ],
    titles: 1,
  },
  {
    because: "a record that names no volume may be the set or a volume",
    records: ["T.1", undefined].map((volume) => ({
      title: "Tuyển tập Nam Cao",
      isbn: a,
      publisher: "Văn học",
      year: "2010",
      ...(volume && { volume }),
    })),
    titles: 2,
    review: "same-number",
  },
];

for (const { because, records, titles, review } of examples) {
  test(`${because}: ${titles} ${titles === 1 ? "title" : "titles"}${review ? " and a pair for review" : ""}`, () => {
    const members = records.map((said, at) => aMember(`VN-000000${at}:1`, said));
    for (const order of [members, members.toReversed()]) {
      const found = cluster(order, []);
      assert.equal(found.titles.length, titles);
      assert.deepEqual([...new Set(found.review.map((pair) => pair.reason))], review ? [review] : []);
    }
  });
}

test("more than the examples: what else is one title and what is not", () => {
  const one: [because: string, x: Said, y: Said][] = [
    [
      "a number of the national bibliography",
      { title: "Truyện Kiều", national: "VN 12-345" },
      { title: "TRUYỆN KIỀU : thơ", national: "VN12-345" },
    ],
    [
      "an ISSN, with and without Tạp chí",
      { title: "Tạp chí Cộng sản", issn: "0866-7659", type: "as" },
      { title: "Cộng sản", issn: "08667659", type: "as" },
    ],
    ["an ISBN of ten and of thirteen digits", { isbn: "604-1-00006-X" }, { isbn: a }],
    [
      "a slip in a title under one ISBN",
      { title: "Nhữg ngày thơ ấu", isbn: a },
      { title: "Những ngày thơ ấu", isbn: a },
    ],
    ["a blank language", { ...kieu, year: "1970", lang: "   " }, { ...kieu, year: "1970" }],
    [
      "a subtitle one left out, with the same pages",
      { ...kieu, year: "1970", subtitle: "Truyện thơ", pages: "200 tr." },
      { ...kieu, year: "1970", pages: "203tr." },
    ],
    [
      "an author only behind the slash",
      { title: "Chí Phèo / Nam Cao", publisher: "Nxb. Văn học", year: "1960" },
      { title: "Chí Phèo", author: "Nam Cao", publisher: "Nhà xuất bản Văn học", year: "1960" },
    ],
    [
      "a volume written into the title",
      { ...kieu, title: "Sông Đông. Tập I", year: "1970" },
      { ...kieu, title: "Sông Đông", volume: "T.1", year: "1970" },
    ],
    [
      "a thesis held by two",
      { title: "Văn hóa đọc", author: "Lê Lan", year: "2010", more: [field("502 ## $aLuận văn thạc sĩ")] },
      {
        title: "Văn hoá đọc",
        author: "Lê Lan",
        year: "2010",
        publisher: "Đại học Huế",
        type: "tm",
        more: [field("502 ## $aLuận văn")],
      },
    ],
  ];
  for (const [because, x, y] of one) {
    assert.equal(cluster([aMember("VN-A:1", x), aMember("VN-B:1", y)], []).titles.length, 1, because);
  }
  const two: [because: string, review: string | undefined, x: Said, y: Said][] = [
    [
      "two serials under one ISSN",
      "same-number",
      { title: "Tạp chí Toán học", issn: "0866-7659", type: "as" },
      { title: "Tạp chí Văn học", issn: "0866-7659", type: "as" },
    ],
    [
      "a wrong check digit is no number",
      undefined,
      { title: "Chí Phèo", isbn: "9786041000064" },
      { title: "Chí Phèo", isbn: "9786041000064", publisher: "Văn học", year: "2010", more: [] },
    ],
    [
      "a subtitle one left out, other pages",
      "description-incomplete",
      { ...kieu, year: "1970", subtitle: "Truyện thơ", pages: "200 tr." },
      { ...kieu, year: "1970", pages: "320tr." },
    ],
    [
      "teacher's book and pupil's book",
      undefined,
      {
        title: "Toán 10",
        subtitle: "Sách giáo viên",
        author: "Lê Lan",
        publisher: "Giáo dục",
        year: "1990",
        pages: "100 tr.",
      },
      {
        title: "Toán 10",
        subtitle: "Sách học sinh",
        author: "Lê Lan",
        publisher: "Giáo dục",
        year: "1990",
        pages: "180 tr.",
      },
    ],
    [
      "a slip in a title without ISBN",
      "title-nearly-same",
      { ...kieu, title: "Nhữg ngày thơ ấu", year: "1970", pages: "99 tr." },
      { ...kieu, title: "Những ngày thơ ấu", year: "1970", pages: "99 tr." },
    ],
    ["a year that one leaves out", "same-without-marks", { ...kieu, title: "TRUYEN KIEU" }, { ...kieu, year: "1972" }],
  ];
  for (const [because, review, x, y] of two) {
    const found = cluster([aMember("VN-A:1", x), aMember("VN-B:1", y)], []);
    assert.equal(found.titles.length, 2, because);
    if (review) assert.deepEqual(found.review, [{ a: "VN-A:1", b: "VN-B:1", reason: review }], because);
  }
});

test("a record without an author that fits two authors' books goes to neither", () => {
  const one = { title: "Tuyển tập", publisher: "Văn học", year: "1990", pages: "200 tr." };
  const found = cluster(
    [
      aMember("VN-A:1", one),
      aMember("VN-B:1", { ...one, author: "Nam Cao" }),
      aMember("VN-C:1", { ...one, author: "Tô Hoài" }),
    ],
    [],
  );
  assert.equal(found.titles.length, 3);
  assert.deepEqual(
    found.review.map(({ a, b }) => `${a} ${b}`),
    ["VN-A:1 VN-B:1", "VN-A:1 VN-C:1", "VN-B:1 VN-C:1"],
  );
  assert.equal(
    cluster([aMember("VN-A:1", one), aMember("VN-B:1", { ...one, author: "Nam Cao" })], []).titles.length,
    1,
  );
});
