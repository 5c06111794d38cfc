import assert from "node:assert/strict";
import { test } from "node:test";
import { formats } from "./formats.ts";

const vi = formats("vi");
const en = formats("en");
// 23:30 in Vietnam is still the 23rd there, and 16:30 in London.
const now = new Date("2026-11-23T16:30:00Z");

test("days are Vietnam's days, near ones with the name of the day", () => {
  const cases: [string, string, string][] = [
    ["2026-11-23T00:00:00Z", "hôm nay", "today"],
    ["2026-11-23T17:30:00Z", "ngày mai", "tomorrow"],
    ["2026-11-22T16:59:59Z", "hôm qua", "yesterday"],
    ["2026-11-25T16:59:59Z", "thứ Tư\u00a025/11", "Wednesday\u00a025/11"],
    ["2026-11-29T05:00:00Z", "Chủ nhật\u00a029/11", "Sunday\u00a029/11"],
    ["2026-12-07T16:59:59Z", "thứ Hai\u00a007/12", "Monday\u00a007/12"],
    ["2026-12-08T16:59:59Z", "08/12/2026", "08/12/2026"],
    ["2026-10-01T05:00:00Z", "01/10/2026", "01/10/2026"],
  ];
  for (const [at, inVietnamese, inEnglish] of cases) {
    assert.equal(vi.nearDay(new Date(at), now), inVietnamese, at);
    assert.equal(en.nearDay(new Date(at), now), inEnglish, at);
  }
});

test("numbers, times and sizes are written as each language writes them", () => {
  assert.equal(vi.number(1_284_000n), "1.284.000");
  assert.equal(en.number(1_284_000), "1,284,000");
  assert.equal(vi.day(now), "23/11/2026");
  assert.equal(vi.time(new Date("2026-11-23T08:05:00Z")), "15:05");
  assert.equal(vi.bytes(1_400_000_000n), "1,4\u00a0GB");
  assert.equal(en.bytes(999), "999\u00a0B");
  assert.equal(vi.capital("ông bà"), "Ông bà");
});
