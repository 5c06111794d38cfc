import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readMarc } from "../read.ts";
import { first, missing } from "../record.ts";
import { aBook, iso } from "./files.ts";

test("the example of the README tells each record, or the reason why it is none", async () => {
  const withoutTitle = aBook("2");
  withoutTitle.fields.splice(1, 1);
  const file = Buffer.concat([
    iso(aBook("1")),
    iso(withoutTitle),
    Buffer.from("Xin chào!\x1d"),
    iso(aBook("3", "Số đỏ")),
  ]);
  const createReadStream = async function* (_path: string) {
    yield file;
  };
  const lines: unknown[][] = [];
  const console = { log: (...line: unknown[]) => lines.push(line) };
  const example = /```ts\n(.*?)```/s.exec(readFileSync(new URL("../README.md", import.meta.url), "utf8"))![1]!;
  const body = example.replace(/^import .*$/gm, "");
  const run = new Function(
    "readMarc",
    "first",
    "missing",
    "createReadStream",
    "console",
    `return (async () => {${body}})()`,
  );
  await run(readMarc, first, missing, createReadStream, console);
  assert.deepEqual(lines, [
    ["Đường Kách mệnh", "utf-8", []],
    ["2: no-245"],
    [
      `3 at byte ${iso(aBook("1")).length + iso(withoutTitle).length}: not-a-record. Bytes that do not begin with a leader.`,
    ],
    ["Số đỏ", "utf-8", []],
  ]);
});
