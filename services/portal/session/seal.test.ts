import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sealer } from "./seal.ts";

const seal = sealer("k".repeat(32));

test("what is sealed opens again, and only at its own place", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (text, place, other) => {
      const sealed = seal.close(text, place);
      assert.equal(seal.open(sealed, place), text);
      if (other !== place) assert.equal(seal.open(sealed, other), undefined);
    }),
  );
});

test("a changed byte, another key or a cut end open nothing", () => {
  const sealed = seal.close("token", "session");
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.equal(seal.open(changed, "session"), undefined, `byte ${at}`);
  }
  assert.equal(sealer("j".repeat(32)).open(sealed, "session"), undefined);
  assert.equal(seal.open(sealed.subarray(0, 20), "session"), undefined);
});

test("a key that could be guessed is refused at the start", () => {
  assert.throws(() => sealer("short"), /at least 32/);
});
