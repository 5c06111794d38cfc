import assert from "node:assert/strict";
import { test } from "node:test";
import { provinceOn, provincesOn } from "./provinces.ts";

test("there were 63 province-level units until the merger, and are 34 since", () => {
  assert.equal(provincesOn("2024-12-31").length, 63);
  assert.equal(provincesOn("2025-06-30").length, 63);
  assert.equal(provincesOn("2025-07-01").length, 34);
  for (const day of ["2024-12-31", "2025-12-31"]) {
    assert.equal(new Set(provincesOn(day).map(({ code }) => code)).size, provincesOn(day).length, "one unit a code");
    assert.equal(new Set(provincesOn(day).map(({ name }) => name)).size, provincesOn(day).length, "one unit a name");
  }
});

test("a code that was used again means another unit before and after the merger", () => {
  const cases: [code: string, day: string, name: string | undefined][] = [
    ["15", "2025-06-30", "Yên Bái"],
    ["15", "2025-07-01", "Lào Cai"],
    ["24", "2020-01-01", "Bắc Giang"],
    ["24", "2026-01-01", "Bắc Ninh"],
    ["52", "2025-06-30", "Bình Định"],
    ["52", "2025-07-01", "Gia Lai"],
    ["80", "2024-01-01", "Long An"],
    ["91", "2026-01-01", "An Giang"],
    ["01", "2000-01-01", "Hà Nội"],
    ["10", "2025-06-30", "Lào Cai"],
    ["10", "2025-07-01", undefined],
  ];
  for (const [code, day, name] of cases) assert.equal(provinceOn(code, day)?.name, name, `${code} on ${day}`);
});
