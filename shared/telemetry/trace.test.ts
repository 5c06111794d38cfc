import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inSpan, startTracing, traceHeaders } from "./trace.ts";

test("a trace goes on at the other side of a call", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "spans-")), "spans.jsonl");
  const stop = startTracing("circulation", `file:${path}`);
  let headers = {};
  await inSpan("place hold", {}, async () => {
    headers = traceHeaders();
  });
  await assert.rejects(inSpan("hold heard", { parent: headers }, () => Promise.reject(new Error("no"))));
  await stop();
  const [first, second] = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(first.service, "circulation");
  assert.equal(second.trace, first.trace);
  assert.equal(second.parent, first.id);
  assert.equal(second.failed, true);
});
