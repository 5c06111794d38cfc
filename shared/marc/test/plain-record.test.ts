import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readPlainRecord } from "../iso2709/plain-record.ts";
import { readDoubtfulRecord } from "../iso2709/read-record.ts";
import type { MarcRecord } from "../record.ts";
import { toIso2709 } from "../write.ts";
import { aBook, iso } from "./files.ts";

const book = (title: string) => Buffer.from(iso(aBook("1", title)));

test("a record without any fault is read in one piece", () => {
  for (const title of [
    "Truyện Kiều",
    "The tale of Kieu",
    "Truyện Kiều = 金雲翹",
    "Số đỏ".normalize("NFD"),
    "R&D, A & B",
  ]) {
    assert(readPlainRecord(book(title)), title);
  }
});

const doubtful: [what: string, title: string][] = [
  ["a reference of HTML", "Truy&#7879;n Kiều"],
  ["Icelandic eth", "Ðà Nẵng, Huế"],
  ["UTF-8 converted twice", Buffer.from("Truyện").toString("latin1")],
  ["a no-break space", "Truyện\u00a0Kiều"],
  ["a letter that was lost", "Truy\ufffdn Kiều"],
];
for (const [what, title] of doubtful) {
  test(`a record with ${what} is looked at closely`, () => assert.equal(readPlainRecord(book(title)), undefined));
}

test("what is read in one piece is what a close look reads, whatever the bytes", () => {
  const word = fc.constantFrom(
    // Mostly words that are in order: a record has a dozen.
    ...[
      "Truyện",
      "Kiều",
      "Huế",
      "Nội",
      "Đường",
      "Kách",
      "mệnh",
      "ASCII",
      "e\u0323\u0302",
      "7",
      "é",
      "ð",
      "Ä\u0090",
      "e\u0301",
      "&amp;",
      "R&D;",
      "&x",
      "\u0092",
      "𡨸",
      "\u00a0",
      " ",
      "ÖÒ",
    ],
  );
  const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(""));
  const record = fc
    .record({
      flag: fc.constantFrom("a", " "),
      control: fc.array(fc.constantFrom("1", "vtls 2", "é", "\x1f"), { maxLength: 1 }),
      fields: fc.array(fc.array(text, { maxLength: 3 }), { maxLength: 4 }),
    })
    .map(
      ({ flag, control, fields }): MarcRecord => ({
        leader: `00000nam ${flag}2200000 a 4500`,
        control: control.map((value) => ({ tag: "001", value })),
        fields: fields.map((values) => ({
          ...{ tag: "245", ind1: "1", ind2: " " },
          subfields: values.map((value) => ({ code: "a", value })),
        })),
      }),
    );
  const slip = fc.option(fc.record({ at: fc.nat(), byte: fc.constantFrom(0x1d, 0x1e, 0x1f, 0x20, 0x30, 0x41, 0xe1) }));
  let plain = 0;
  fc.assert(
    fc.property(record, slip, (made, slipped) => {
      const bytes = Buffer.from(toIso2709(made));
      bytes[9] = made.leader.charCodeAt(9);
      if (slipped) bytes[slipped.at % bytes.length] = slipped.byte;
      const atOnce = readPlainRecord(bytes);
      if (!atOnce) return;
      plain += 1;
      assert.deepEqual({ ...atOnce, repairs: [] }, readDoubtfulRecord(bytes));
    }),
    { numRuns: 4_000 },
  );
  assert(plain > 100, `only ${plain} were read in one piece`);
});
