import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readMarc8 } from "./marc8.ts";

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");

const vectors: [hex: string, text: string][] = [
  ["54 69 E3 E2 65 6E 67", "Tiếng"],
  ["54 69 E2 E3 65 6E 67", "Tiếng"],
  ["56 69 F2 E3 65 74", "Việt"],
  ["56 69 E3 F2 65 74", "Việt"],
  ["A3 BD E1 BC 6E 67", "Đường"],
  ["54 68 BD 20 76 69 F2 E3 65 6E", "Thư viện"],
  ["43 6F 6E 76 65 72 73 61 F0 63 E4 61 6F 20 C1", "Conversação ℓ"],
  ["C3 20 32 30 30 35", "© 2005"],
  ["1B 67 61 1B 73 2D 63", "α-c"],
  ["48 1B 62 32 1B 73 4F", "H₂O"],
  ["6D 1B 70 32 1B 73", "m²"],
  ["1B 28 53 61 62 1B 28 42", "αβ"],
  ["1B 28 4E 6D 49 52 1B 28 42", "Мир"],
  ["1B 28 32 79 6C 65 6D 1B 28 42", "שלום"],
  ["1B 28 33 47 48 1B 28 42", "اب"],
  ["1B 24 31 21 30 21 1B 28 42", "一"],
  ["1B 24 31 21 30 21 1B 73", "一"],
  ["1B 29 21 45 E1 61", "à"],
  ["26 23 78 31 45 43 37 3B", "ệ"],
  ["88 54 68 65 20 89 61", "The a"],
];

for (const [hex, text] of vectors) {
  test(`MARC-8 ${hex} reads ${text}`, () => assert.deepEqual(readMarc8(bytes(hex)), { text }));
}

const unreadable: [hex: string, why: RegExp][] = [
  ["61 E2", /mark at the end/],
  ["E2 20 61", /mark that no letter follows/],
  ["61 FF", /code FF/],
  ["61 C9", /code C9/],
  ["1B 28", /escape/],
  ["1B 24 31 7E 7E 7E", /East Asian code 7E 7E 7E/],
  ["1B 24 31 21 30", /East Asian code/],
];

for (const [hex, why] of unreadable) {
  test(`MARC-8 ${hex} is said to be unreadable, with the reason`, () =>
    assert.match(readMarc8(bytes(hex)).fault ?? "", why));
}

test("whatever Vietnamese is written in MARC-8, with marks in any order, reads back composed", () => {
  const letters = [..."aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂĐEÊIOÔƠUƯY "];
  const tones = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"];
  const letter = fc
    .tuple(fc.constantFrom(...letters), fc.constantFrom(...tones))
    .map(([base, tone]) => (/[aăâeêioôơuưy]/i.test(base) ? base + tone : base));
  fc.assert(
    fc.property(fc.array(letter), fc.boolean(), (word, turned) => {
      const text = word.join("").normalize("NFC");
      assert.deepEqual(readMarc8(written(text, turned)), { text });
    }),
  );
});

function written(text: string, turned: boolean): Buffer {
  const marks: Record<string, number> = {
    "\u0309": 0xe0,
    "\u0300": 0xe1,
    "\u0301": 0xe2,
    "\u0302": 0xe3,
    "\u0303": 0xe4,
    "\u0306": 0xe6,
    "\u0323": 0xf2,
  };
  const whole: Record<string, number> = { Đ: 0xa3, đ: 0xb3, Ơ: 0xac, ơ: 0xbc, Ư: 0xad, ư: 0xbd };
  const out: number[] = [];
  for (const letter of text) {
    const parts = [
      ...letter
        .normalize("NFD")
        .replace(
          /([oOuU])(.*)\u031b/,
          (_, base: string, rest: string) => ({ o: "ơ", O: "Ơ", u: "ư", U: "Ư" })[base]! + rest,
        ),
    ];
    const carried = parts.slice(1).map((mark) => marks[mark]!);
    out.push(...(turned ? carried.reverse() : carried), whole[parts[0]!] ?? parts[0]!.charCodeAt(0));
  }
  return Buffer.from(out);
}

test("no bytes make the reader throw", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (any) => void readMarc8(any)));
});
