import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { storable } from "../storable.ts";

const cases: [what: string, given: string, kept: string][] = [
  ["a NUL is left out", "a\0b", "ab"],
  ["half a surrogate pair becomes a replacement character", "x\ud842", "x\ufffd"],
  ["a Nôm character stays", "𡨸喃", "𡨸喃"],
  ["the text \\u0000 is a text", "\\u0000", "\\u0000"],
  ["the text \\ud800 is a text", "\\ud800", "\\ud800"],
  ["quotation marks and line ends stay", 'a "b"\nc\\', 'a "b"\nc\\'],
];
for (const [what, given, kept] of cases) {
  test(what, () => assert.equal(JSON.parse(storable({ given })).given, kept));
}

test("every text that has neither comes out as it went in", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      fc.pre(!text.includes("\0"));
      assert.equal(JSON.parse(storable([text]))[0], text);
    }),
  );
});
