import assert from "node:assert/strict";
import { test } from "node:test";
import fastify from "fastify";
import { addHealth } from "./health.ts";

test("a service that misses a part is alive but not ready, and says which part", async () => {
  const app = fastify();
  let there = false;
  addHealth(app, [
    { part: "database", ready: async () => there },
    { part: "bus", ready: () => Promise.reject(new Error("gone")) },
  ]);
  assert.equal((await app.inject("/healthz")).statusCode, 200);
  const missing = await app.inject("/readyz");
  assert.equal(missing.statusCode, 503);
  assert.deepEqual(missing.json().parts, { database: "missing", bus: "missing" });
  there = true;
  assert.equal((await app.inject("/readyz")).json().parts.database, "ready");
});

test("a part that never answers counts as missing, and nobody waits for it", async () => {
  const app = fastify();
  addHealth(app, [{ part: "bus", ready: () => new Promise(() => {}) }]);
  assert.equal((await app.inject("/readyz")).statusCode, 503);
});
