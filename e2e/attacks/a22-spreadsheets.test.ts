import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ImportState } from "@lienthong/proto/catalogue/v1/service.ts";
import { tokenOf } from "./people.ts";
import { closeChannels, gateway } from "./platform.ts";
import { asFile, imported, mappedRecords, recordWith } from "./records.ts";
import { hanoi } from "./stage.ts";

after(closeChannels);

/** What a spreadsheet would run, should it read them as a cell. */
const formulas = [
  '=HYPERLINK("http://evil.example","x")',
  "+1+cmd|' /C calc'!A0",
  "-2+3",
  "@SUM(1)",
  "\t=1",
  "\r=1",
  "＝1",
];

// A control number may hold any signs too, and is the one text in the export that a library chose itself.
const numbers = formulas.map((formula, n) => `A22-${n}${formula.replaceAll(/\s/g, "")}`);
const file = asFile(...formulas.map((formula, n) => recordWith(numbers[n]!, [["245", ["a", `${formula} ${n}`]]])));

test("A22: what leaves is JSON that no spreadsheet takes for its own, and says so", async () => {
  const described = (await (await gateway("/api/openapi.json")).json()) as object;
  // The day a door speaks CSV, its cells must be made harmless, and this attack played on them.
  assert.doesNotMatch(JSON.stringify(described), /text\/csv|spreadsheet|excel/i);

  assert.equal((await imported(hanoi.code, file, "a22.mrc")).state, ImportState.FINISHED);
  const token = await tokenOf("sample-cataloguer");
  const answer = await gateway(`/api/v1/exports/title-mapping?library=${hanoi.code}`, token);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/x-ndjson/);
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  const lines = (await answer.text()).trim().split("\n");
  for (const line of lines) assert.match(line, /^\{"/, "a line is an object, never a cell");
  const exported = new Set(lines.map((line) => (JSON.parse(line) as { controlNumber: string }).controlNumber));
  for (const number of numbers) assert.ok(exported.has(number), `${number} comes out as it went in`);
});

test("A22: the same file taken in again changes nothing", async () => {
  const again = await imported(hanoi.code, file, "a22.mrc");
  assert.deepEqual([again.added, again.changed, again.unchanged], [0n, 0n, BigInt(formulas.length)]);
  const removed = asFile(...numbers.map((number) => recordWith(number, [["245", ["a", "x"]]], "d")));
  await imported(hanoi.code, removed, "a22-bo.mrc");
  const left = await mappedRecords(hanoi.code);
  assert.ok(numbers.every((number) => !left.has(number)));
});
