import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { all } from "../invariants/all.ts";
import { attacks, faults, invariants, leftOut } from "./promises.ts";
import { playedBy } from "./reliability-page.ts";

const promises = [...invariants, ...faults, ...attacks];

test("every test that names a line plays one that was promised", () => {
  const known = new Set(promises.map(([line]) => line));
  assert.deepEqual(
    [...playedBy()].filter(([line]) => !known.has(line)),
    [],
    "write the line into deploy/check/promises.ts, or mend the test's title",
  );
});

test("every invariant has a row that says what to do when it is violated", () => {
  const runbook = readFileSync(join(import.meta.dirname, "../../docs/runbooks/invariant-violated.md"), "utf8");
  assert.deepEqual(
    all.filter(({ id }) => !runbook.includes(`| ${id} |`)).map(({ id }) => id),
    [],
    "write the row into docs/runbooks/invariant-violated.md",
  );
});

test("something is left out only of what is played", () => {
  const played = playedBy();
  assert.deepEqual(
    Object.keys(leftOut).filter((line) => !played.has(line)),
    [],
    "take it out of `leftOut` in deploy/check/promises.ts",
  );
});

test("no reason is given for not playing what is played", () => {
  const played = playedBy();
  assert.deepEqual(
    promises.filter(([line, , whyNot]) => whyNot !== undefined && played.has(line)),
    [],
    "take the reason out of deploy/check/promises.ts",
  );
});
