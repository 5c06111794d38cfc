import assert from "node:assert/strict";
import { test } from "node:test";
import { isVietnameseSyllable, isVietnameseWord } from "../syllable.ts";

const syllables =
  `Tiếng Việt nghiệp hòa hoà thủy thuỷ khoẻ khỏe Quý quỹ quĩ kỹ kĩ luật lý y tế Mỹ Đường Kách mệnh Nguyễn Du Đà Nẵng
  gì gìn giếng giết giữ già ghế nghĩa ngoằn quốc quyển quạnh khuya khuỷu truyện uống ươm ưỡn oái xoong boong oăm đắk lắk yêu yến ý ỷ
  huơ thuở tuần khuất nguyệt chuệch TRUYỆN ĐỨC ách ình phở`.split(/\s+/);

test("what Vietnamese writes is a syllable, in whichever place the tone stands", () => {
  for (const syllable of syllables) assert(isVietnameseSyllable(syllable), syllable);
});

const none =
  `TruyÖn KiÒu chñ nghÜa việtt ngiệp cế zà wá mấḿ bàt hoàc lạp2 ắă straße été œuvre ŵ đđường misérables vịn-cớ ơơ`.split(
    " ",
  );

test("what Vietnamese cannot write is none", () => {
  for (const word of none) assert(!isVietnameseSyllable(word), word);
  assert(!isVietnameseSyllable(""));
});

test("abbreviations with đ are words of Vietnamese texts", () => {
  for (const word of ["đ", "ĐH", "ĐHQG", "TĐ"]) assert(isVietnameseWord(word), word);
  assert(!isVietnameseWord("đurđ"));
});
