import assert from "node:assert/strict";
import { test } from "node:test";
import { aFaultWorld } from "../faults/world.ts";
import { soak } from "./soak.ts";
import { inWords, wrongs } from "./verdict.ts";

test("P22: half a minute of an ordinary day loses nothing and does nothing twice", async (t) => {
  const world = await aFaultWorld();
  t.after(() => world.close());
  const soaked = await soak(world, 0.5, (line) => t.diagnostic(line));
  t.diagnostic(inWords(soaked));
  assert.deepEqual(wrongs(soaked), []);
});

test("P22: memory that grows, and calls that get slower, are named", () => {
  const clean = {
    ok: 1,
    refused: 0,
    unknown: 0,
    asked: 0,
    lost: [],
    duplicate: [],
    disordered: [],
    changed: [],
    misled: [],
  };
  const rssSlope = { identity: 0, catalogue: 0.3, circulation: 0, gateway: 0 };
  const soaked = { minutes: 60, asks: 1, verdict: clean, violated: [], rssSlope, p99First: 10, p99Last: 12 };
  assert.deepEqual(wrongs(soaked), [
    "catalogue grows by 0.30 MiB a minute, more than 0.2",
    "p99 of the last part is 1.20× that of the first, more than 1.1",
  ]);
});
