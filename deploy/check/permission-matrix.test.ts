import assert from "node:assert/strict";
import { test } from "node:test";
import { anyone, desk } from "@lienthong/auth/permission.ts";
import { cellsOf } from "./permission-matrix.ts";

test("A5: a new call of which nobody has said who may make it does not pass", () => {
  const ruled = { name: "circulation", permissions: { checkOut: desk } };
  assert.throws(() => cellsOf({ ...ruled, calls: ["checkOut", "forgiveFee"] }), /who may call forgiveFee\?/);
  assert.throws(() => cellsOf({ ...ruled, calls: [] }), /checkOut, which is no call/);
});

test("A5: a cell says who is let in, and to what", () => {
  const cells = cellsOf({ name: "x", calls: ["search", "checkOut"], permissions: { search: anyone, checkOut: desk } });
  assert.deepEqual(
    cells.get("search"),
    Array.from({ length: 8 }, () => "yes"),
  );
  assert.deepEqual(cells.get("checkOut"), ["–", "–", "–", "own library", "–", "–", "–", "–"]);
});
