import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countGraphemes, truncate } from "../graphemes.ts";
import { normalise } from "../normalise.ts";
import { isVietnameseSyllable, syllableShare } from "../syllable.ts";
import { vietnameseText } from "./vietnamese-text.ts";

const entrances: [given: string, stored: string, ...repairs: string[]][] = [
  ["Truyện Kiều", "Truyện Kiều"],
  ["hoà và hòa", "hoà và hòa"],
  ["Tiếng Việt".normalize("NFD"), "Tiếng Việt", "composed"],
  ["Ðà Nẵng, ði", "Đà Nẵng, đi", "eth-for-đ"],
  ["Guðrún Ósvífrsdóttir", "Guðrún Ósvífrsdóttir"],
  ["Thƣ viện TRƢỜNG", "Thư viện TRƯỜNG", "oi-for-ư"],
  ["Ti\u00e9\u0302ng", "Tiếng", "mark-order"],
  ["a\u0340 e\u0341", "à é", "composed"],
  ["Hà\u00a0Nội", "Hà Nội", "no-break-space"],
  ["\ufeffHà\u200b Nội\u200d", "Hà Nội", "zero-width"],
  ["Truyện \u000b\u0000Kiều", "Truyện Kiều", "control-character"],
  ["👨‍👩‍👧", "👨‍👩‍👧"],
];

test("a text is stored composed, its look-alikes repaired and told, its spelling kept", () => {
  for (const [given, stored, ...repairs] of entrances) assert.deepEqual(normalise(given), { text: stored, repairs });
  assert.equal("Tiếng Việt".normalize("NFC").length, 10);
  assert.equal("Tiếng Việt".normalize("NFD").length, 14);
});

test("what is stored needs no second repair", () => {
  fc.assert(
    fc.property(fc.oneof(vietnameseText, fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" })), (text) => {
      const { text: stored } = normalise(text);
      assert.deepEqual(normalise(stored), { text: stored, repairs: [] });
      assert.equal(stored, stored.normalize("NFC"));
    }),
  );
});

test("lengths count what a reader sees", () => {
  assert.equal(countGraphemes("𡨸喃"), 2);
  assert.equal(countGraphemes("Việt".normalize("NFD")), 4);
  assert.equal(truncate("Tiếng Việt", 6), "Tiếng…");
  assert.equal(truncate("Tiếng Việt", 10), "Tiếng Việt");
  assert.equal(truncate("𡨸喃𡨸喃", 3), "𡨸喃…");
  assert.equal(truncate("Việt".normalize("NFD"), 4), "Việt".normalize("NFD"));
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 20 }), (text, max) => {
      assert.ok(countGraphemes(truncate(text, max)) <= max);
      if (countGraphemes(text) <= max) assert.equal(truncate(text, max), text);
    }),
  );
});

test("Vietnamese syllables are told from what only looks like them", () => {
  for (const word of "nghiệp Nguyễn quỳnh giếng gì gìn khuya thuở Đắk Lắk oản ưu yểng uyên thúc ngoằng huỳnh".split(
    " ",
  )) {
    assert.equal(isVietnameseSyllable(word), true, word);
  }
  for (const word of ["viet", "việr", "x·", "ViÖt", "hoµ", "strong", "bàc", "hai từ", "12", ""]) {
    assert.equal(isVietnameseSyllable(word), false, word);
  }
});

test("a text in the wrong encoding falls below the share that a right one has", () => {
  for (const right of ["Cộng hoà xã hội chủ nghĩa Việt Nam", "Truyen Kieu, 1972", "Müller và Lefèvre dịch", ""]) {
    assert.equal(syllableShare(right), 1, right);
  }
  for (const wrong of ["Céng hoµ x· héi chñ nghÜa ViÖt Nam", "TruyÖn KiÒu", "Truyá»\u0087n Kiá»\u0081u"]) {
    assert.ok(syllableShare(wrong) < 0.95, wrong);
  }
});
