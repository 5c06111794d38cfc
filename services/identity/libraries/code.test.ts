import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCharacter, checks, drawCode, isCode } from "./code.ts";

test("the check character is the one of ISO 7064 MOD 37,36", () => {
  const cases: [string, string][] = [
    ["000001", "P"],
    ["7K2M4Q", "W"],
    ["A12425GABC1234002", "M"], // the standard's own example
  ];
  for (const [text, expected] of cases) assert.equal(checkCharacter(text), expected, text);
});

test("a code with any one character wrong is no code", () => {
  const right = "7K2M4QW";
  assert.ok(checks(right));
  for (let at = 0; at < right.length; at += 1) {
    for (const other of "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
      if (other === right[at]) continue;
      assert.ok(!checks(right.slice(0, at) + other + right.slice(at + 1)), `${other} at ${at}`);
    }
  }
});

test("drawn codes check, and hold no letter that is read as another", () => {
  const codes = new Set(Array.from({ length: 500 }, drawCode));
  assert.equal(codes.size, 500);
  for (const code of codes) {
    assert.ok(isCode(code), code);
    assert.doesNotMatch(code.slice(3, 9), /[ILOU]/);
  }
});

test("codes are compared exactly", () => {
  const cases: [string, boolean][] = [
    ["VN-7K2M4QW", true],
    ["VN-7K2M4QX", false],
    ["vn-7k2m4qw", false],
    ["VN-7K2M4Q", false],
    ["7K2M4QW", false],
    ["", false],
  ];
  for (const [code, expected] of cases) assert.equal(isCode(code), expected, code);
});
