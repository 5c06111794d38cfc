import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareVietnamese, sortKey, sortKeyCharactersMax } from "../sort-key.ts";
import { vietnameseText } from "./vietnamese-text.ts";

const lists = [
  ["ban", "ban giám", "bàn ghế", "bản đồ", "bán hàng", "bạn đọc", "bận"],
  ["dân ca", "Đà Nẵng", "đàn bầu"],
  ["An Nam", "áo dài", "Ăn chay", "Ân oán"],
  ["oan", "ôn", "ơn", "ung", "ưng"],
  ["", "9 bài", "10 bài", "100 bài", "An", "Z", "Ельцин", "𡨸喃"],
  ["Tập 2", "Tập 10", "Tập a"],
  ["na", "ngà", "nhà", "no"],
  ["Muller A", "Müller B"],
  ["chẵn", "chân"],
];

test("lists stand in the order of the Vietnamese alphabet, the tone of a syllable before the next syllable", () => {
  for (const list of lists) {
    assert.deepEqual(
      list.toReversed().sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)),
      list,
    );
    assert.deepEqual(list.toReversed().sort(compareVietnamese), list);
  }
});

test("case and the place of the tone do not matter to the key; ties are ordered by code points", () => {
  for (const [a, b] of [
    ["hòa bình", "Hoà Bình"],
    ["ĐÀ NẴNG", "Ðà Nẵng"],
    ["Huế", "Huế".normalize("NFD")],
  ]) {
    assert.equal(sortKey(a!), sortKey(b!));
  }
  assert.equal(compareVietnamese("Huế", "Huế".normalize("NFD")), 0);
  assert.equal(compareVietnamese("\uffee", "𡨸"), -compareVietnamese("𡨸", "\uffee"));
  assert.ok(compareVietnamese("Hòa", "hòa") < 0);
});

test("a key is short ASCII, and the comparison is a total order", () => {
  assert.equal(sortKey("khuyến ".repeat(500)).length, sortKeyCharactersMax);
  const text = fc.oneof(vietnameseText, fc.string({ unit: "grapheme" }));
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      assert.match(sortKey(a), /^[0-9:-@A-Za-h]*$/);
      assert.equal(Math.sign(compareVietnamese(a, b)), -Math.sign(compareVietnamese(b, a)) + 0);
      assert.equal(compareVietnamese(a, b) === 0, a.normalize("NFC") === b.normalize("NFC"));
      const [x, y, z] = [a, b, c].sort(compareVietnamese) as [string, string, string];
      assert.ok(compareVietnamese(x, y) <= 0 && compareVietnamese(y, z) <= 0 && compareVietnamese(x, z) <= 0);
      assert.ok(sortKey(x) <= sortKey(z));
    }),
  );
});
