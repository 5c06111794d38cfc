import assert from "node:assert/strict";
import { test } from "node:test";
import { asScanned } from "./scan-field.tsx";

test("a code comes out as the scanner sent it, also through a Vietnamese typing program", () => {
  const cases: [string, string][] = [
    ["30012004471", "30012004471"],
    [" 30012 004471\n", "30012 004471"],
    ["ĐC0012", "DDC0012"],
    ["tvđ9", "tvdd9"],
    ["BÔK-ÂM", "BOOK-AAM"],
    ["\u0044\u0302", "\u0044\u0302".normalize("NFC")],
    ["ư7", "uw7"],
  ];
  for (const [typed, code] of cases) assert.equal(asScanned(typed), code, typed);
});
