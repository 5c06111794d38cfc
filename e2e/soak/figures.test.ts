import assert from "node:assert/strict";
import { test } from "node:test";
import { percentile, slopePerMinute } from "./figures.ts";

test("the slope of what grows by half a MiB a minute is a half, whatever trembles around it", () => {
  const points = Array.from({ length: 60 }, (_, at) => ({ at, value: 100 + at / 2 + (at % 2 === 0 ? 3 : -3) }));
  assert(Math.abs(slopePerMinute(points) - 0.5) < 0.01);
  assert.equal(slopePerMinute(points.map(({ at }) => ({ at, value: 100 }))), 0);
});

test("p99 of a hundred values is the last but one", () => {
  const values = Array.from({ length: 100 }, (_, at) => 100 - at);
  assert.equal(percentile(values, 0.99), 99);
  assert.equal(percentile([7], 0.99), 7);
});
