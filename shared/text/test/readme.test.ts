import assert from "node:assert/strict";
import { test } from "node:test";
import { canon } from "../canon.ts";
import { fold } from "../fold.ts";

test("the example of the README holds", () => {
  assert.equal(canon("Hoà bình"), canon("Hòa Bình"));
  assert.equal(canon("Hoà bình"), "hoa1 binh1");
  assert.equal(fold("Đường Kách mệnh"), "duong kach menh");
});
