import assert from "node:assert/strict";
import { test } from "node:test";
import { saidTwice } from "./said-twice.ts";

const cases: [json: string, twice: boolean][] = [
  ['{"a":1,"b":2}', false],
  ['{"a":1,"a":2}', true],
  ['{"a" : 1, "\\u0061":2}', true],
  ['{"roles":["x"],"realm_access":{"roles":["roles"]}}', false],
  ['{"a":"\\"a\\":","b":"a"}', false],
  ['{"a":[{"x":1},{"x":2}],"b":{"x":{"x":1}}}', false],
  ['{"__proto__":1,"a":{"__proto__":1},"__proto__":2}', true],
  ["[1]", false],
];
for (const [json, twice] of cases)
  test(`${json} says ${twice ? "something" : "nothing"} twice`, () => assert.equal(saidTwice(json), twice));
