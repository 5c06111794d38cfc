import assert from "node:assert/strict";
import { test } from "node:test";
import { Suggestion, SuggestResponse } from "@lienthong/proto/catalogue/v1/service.ts";
import { fitting } from "./fitting.ts";
import { messageBytesMax } from "./limits.ts";

const suggestion = (characters: number): Suggestion => ({ text: "ệ".repeat(characters), titleId: "", author: "" });
const bytesOf = (suggestions: Suggestion[]) => SuggestResponse.encode({ suggestions }).finish().length;

test("a list that fits into a message is whole", () => {
  const few = Array.from({ length: 50 }, () => suggestion(100));
  assert.deepEqual(fitting(few, Suggestion, 0), few);
});

test("of a list that does not, as many as fit, in bytes and not in characters", () => {
  const many = Array.from({ length: 500 }, () => suggestion(1_000));
  const beside = 100_000;
  const fit = fitting(many, Suggestion, beside);
  assert(bytesOf(fit) + beside <= messageBytesMax);
  assert(bytesOf([...fit, suggestion(1_000)]) + beside > messageBytesMax - 10 * fit.length, "no fewer than need be");
});

test("small entries fill a message no more than large ones", () => {
  const small = Array.from({ length: 400_000 }, () => suggestion(0));
  assert(bytesOf(fitting(small, Suggestion, 0)) <= messageBytesMax);
});
