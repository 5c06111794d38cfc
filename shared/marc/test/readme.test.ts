import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { test } from "node:test";
import { told } from "./example.ts";
import { aBook, iso } from "./files.ts";

test("the example of the README tells each record, or the reason why it is none", async () => {
  const withoutTitle = aBook("2");
  withoutTitle.fields.splice(1, 1);
  const file = [iso(aBook("1")), iso(withoutTitle), Buffer.from("Xin chào!\x1d"), iso(aBook("3", "Số đỏ"))];
  const lines: string[] = [];
  for await (const line of told(Readable.from(file))) lines.push(line);
  assert.deepEqual(lines, [
    "1: Đường Kách mệnh (utf-8)",
    "2: no-245 (utf-8)",
    `3 at byte ${file[0]!.length + file[1]!.length}: not-a-record. Bytes that do not begin with a leader.`,
    "4: Số đỏ (utf-8)",
  ]);
});

test("the README shows the example as it runs", () => {
  const text = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
  assert(text("../README.md").includes(text("example.ts")));
});
