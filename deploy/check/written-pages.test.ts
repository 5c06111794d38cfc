import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { declaredRefusals } from "@lienthong/rpc/refusal.ts";
import { declarations, refusalTexts, writtenPages } from "./written-pages.ts";

const repository = join(import.meta.dirname, "..", "..");

test("the pages made from code say what the code says", async () => {
  for (const [path, text] of await writtenPages()) {
    const written = readFileSync(join(repository, path), "utf8");
    assert.ok(written === text, `${path} differs from the code: npm run generate`);
  }
});

test("every refusal has a Vietnamese and an English sentence, and no sentence is left over", async () => {
  await declarations();
  const { vi, en } = await refusalTexts();
  const codes = [...declaredRefusals.keys()].sort();
  assert.deepEqual(
    codes.filter((code) => !vi[code]),
    [],
    "without a Vietnamese sentence",
  );
  assert.deepEqual(
    codes.filter((code) => !en[code]),
    [],
    "without an English sentence",
  );
  assert.deepEqual(
    Object.keys(vi).filter((code) => !declaredRefusals.has(code)),
    [],
    "no refusal has this code any more",
  );
});

test("every state event can be told again", async () => {
  for (const service of await declarations()) {
    const told = new Set(service.retells.map((retold) => retold.type.$type));
    // What announces instead of saying a state is acted on once, and is not told again.
    const states = service.publishes.filter((event) => event.$type.endsWith("Changed"));
    assert.deepEqual(
      states.filter((event) => !told.has(event.$type)).map((event) => event.$type),
      [],
      service.name,
    );
  }
});
