import assert from "node:assert/strict";
import { test } from "node:test";
import { CallFault } from "./fault.ts";
import { endedBySender, wholeOrFault } from "./whole-stream.ts";

async function* sent(...parts: string[]) {
  for (const part of parts) yield { part };
}

async function arrived(asks: AsyncIterable<unknown>): Promise<unknown[]> {
  const all = [];
  for await (const ask of asks) all.push(ask);
  return all;
}

test("a stream arrives as it was sent, without the message that ends it", async () => {
  assert.deepEqual(await arrived(wholeOrFault(endedBySender(sent("a", "b")))), [{ part: "a" }, { part: "b" }]);
  assert.deepEqual(await arrived(wholeOrFault(endedBySender(sent()))), []);
});

test("a stream that ends unsaid is a fault, however much of it arrived", async () => {
  for (const parts of [[], ["a"], ["a", "b"]]) {
    await assert.rejects(arrived(wholeOrFault(sent(...parts))), CallFault);
  }
});
