import assert from "node:assert/strict";
import { test } from "node:test";
import { sealedStream } from "./sealed-stream.ts";

type Part = { part: { $case: string; value: string | Uint8Array } };
const named = (name: string): Part => ({ part: { $case: "file", value: name } });
const piece = (text: string): Part => ({ part: { $case: "chunk", value: Buffer.from(text) } });
async function* sent(...parts: Part[]): AsyncGenerator<Part> {
  yield* parts;
}
const encode = (ask: unknown) => Buffer.from(JSON.stringify(ask));
const sealOf = async (...parts: Part[]) => Buffer.from(await sealedStream(sent(...parts), encode).seal());

test("the same file has the same seal however it was cut on its way", async () => {
  const whole = await sealOf(named("a.mrc"), piece("one two"));
  assert.deepEqual(await sealOf(named("a.mrc"), piece("on"), piece("e tw"), piece("o")), whole);
  assert.notDeepEqual(await sealOf(named("a.mrc"), piece("one twO")), whole);
  assert.notDeepEqual(await sealOf(named("b.mrc"), piece("one two")), whole);
});

test("a seal is of all that was sent, also where it was not read to its end", async () => {
  const { asks, seal } = sealedStream(sent(named("a.mrc"), piece("one"), piece("two")), encode);
  for await (const ask of asks) {
    assert.deepEqual(ask, named("a.mrc"));
    break;
  }
  assert.deepEqual(Buffer.from(await seal()), await sealOf(named("a.mrc"), piece("onetwo")));
  assert.deepEqual(Buffer.from(await seal()), await sealOf(named("a.mrc"), piece("onetwo")));
});
