import assert from "node:assert/strict";
import { test } from "node:test";
import { inSpan, startTracing, traceHeaders } from "./trace.ts";

test("where nobody collects spans a trace still goes on at the other side", async () => {
  const stop = startTracing("circulation", "none");
  const traces: string[] = [];
  await inSpan("place hold", {}, async () => {
    traces.push(traceHeaders().traceparent ?? "");
    await inSpan("hold heard", { parent: traceHeaders() }, async () => {
      traces.push(traceHeaders().traceparent ?? "");
    });
  });
  await stop();
  const [here, there] = traces.map((header) => header.split("-"));
  assert.match(here?.[1] ?? "", /^[0-9a-f]{32}$/);
  assert.equal(there?.[1], here?.[1]);
  assert.equal(here?.[3], "00", "and says that nobody records it");
});
