import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canon } from "../canon.ts";
import { fold, foldCanon, hasMarks } from "../fold.ts";
import { vietnameseText } from "./vietnamese-text.ts";

const oneSpelling: [canonical: string, ...spellings: string[]][] = [
  ["hoa1", "hòa", "hoà", "HÒA", "Hoà"],
  ["thuy2", "thủy", "thuỷ"],
  ["khoe2", "Khoẻ", "khỏe"],
  ["quy4", "Quý", "Qúy", "quí"],
  ["quy3", "quỹ", "quĩ"],
  ["ki3 thuât5", "Kỹ thuật", "Kĩ thuật"],
  ["li4 luân5", "Lý luận", "Lí luận"],
  ["y tê4", "y tế", "Y  TẾ"],
  ["mi3", "Mỹ", "Mĩ"],
  ["vi", "Vy", "Vi"],
  ["đương1 kach4 mênh5", "Đường Kách mệnh"],
  ["nguyên3 du", "Nguyễn, Du", "Nguyễn Du", "nguyễn-du"],
  ["đa1 năng3", "Ðà Nẵng", "Đà Nẵng", "đà nẵng"],
  ["tiêng4 viêt5", "Tiếng Việt", "Tiếng Việt".normalize("NFD"), "Ti\u200bếng\u00a0Việt", "Ti\u00e9\u0302ng Việt"],
  ["thư viên5", "Thƣ viện", "Thư viện"],
  ["toan4 10", "Toán 10", "Toán10", "(Toán, 10)"],
  ["𡨸 喃", "𡨸喃", "𡨸 喃"],
  ["giêng1", "giềng"],
  ["yêu", "yêu"],
  ["", "", " .,/ "],
];

test("spellings of the same words have one canon, different words have not", () => {
  for (const [canonical, ...spellings] of oneSpelling) {
    for (const spelling of spellings) assert.equal(canon(spelling), canonical, spelling);
  }
  for (const [a, b] of [
    ["bán nước", "bàn nước"],
    ["ma", "má"],
    ["dân", "đân"],
    ["Đắk Lắk", "Đắc Lắc"],
    ["thuy", "thui"],
  ]) {
    assert.notEqual(canon(a!), canon(b!));
  }
});

test("the fold is what somebody types without marks", () => {
  for (const [text, folded] of [
    ["Đường Kách mệnh", "duong kach menh"],
    ["Kỹ thuật điện 2", "ki thuat dien 2"],
    ["Ðà Nẵng", "da nang"],
    ["Müller, Jürgen; Łódź; Ø", "muller jurgen lodz o"],
    ["H2O", "h 2 o"],
    ["𡨸喃", "𡨸 喃"],
  ]) {
    assert.equal(fold(text!), folded);
  }
  assert.equal(fold("Hue"), fold("Huế".normalize("NFD")));
});

test("a query is known to be typed with marks, composed or not", () => {
  for (const query of ["huế", "Huế".normalize("NFD"), "đi", "Ðà", "ma má"]) assert.equal(hasMarks(query), true, query);
  for (const query of ["", "hue", "duong kach menh", "toan 10"]) assert.equal(hasMarks(query), false, query);
});

test("composition and case never change a canon; equal canons have equal folds; a fold folds to itself", () => {
  fc.assert(
    fc.property(fc.oneof(vietnameseText, fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" })), (text) => {
      assert.equal(canon(text.normalize("NFC")), canon(text.normalize("NFD")));
      assert.equal(foldCanon(canon(text)), fold(text));
      assert.equal(fold(fold(text)), fold(text));
    }),
  );
  fc.assert(fc.property(vietnameseText, (text) => assert.equal(canon(text.toUpperCase()), canon(text))));
});
