import assert from "node:assert/strict";
import { test } from "node:test";
import { controlField, dataFields, first } from "../record.ts";
import { inWords, read, readAll, realFile, repairsOf } from "./files.ts";

test("a Vietnamese record of Cornell reads with its marks", async () => {
  const [only] = await readAll(realFile("cornell-vietnamese.mrc"));
  const { record } = read(only);
  assert.equal(controlField(record, "001"), "9220704");
  assert.equal(first(record, "245", "b"), "lý thuyết, kỹ năng và kinh nghiệm /");
  assert.equal(first(record, "100", "a"), "Nguyễn, Quang Hòa,");
});

test("an Alma export whose lengths count letters, not bytes, and whose text was converted three times, is read", async () => {
  const reads = await readAll(realFile("boston-lengths.mrc"));
  assert.deepEqual(reads.map(inWords), ["99177241900001161", "99177201570001161", "99177207420001161"]);
  const title = first(read(reads[1]).record, "245", "a");
  assert.equal(title, "The presence of Teotihuacan in the Cuitzeo Basin, Michoacán, Mexico :");
  assert.deepEqual(repairsOf(reads[1]).sort(), [
    "control-characters",
    "directory",
    "double-utf8",
    "encoding",
    "length",
  ]);
});

test("original scripts in 880 are read", async () => {
  const [only] = await readAll(realFile("loc-880.xml"));
  assert(dataFields(read(only).record, "880").length > 20);
  assert.equal(first(read(only).record, "880", "a"), "東海道五十三次絵卷.");
});

const oddities: [file: string, outcome: string][] = [
  ["traject-marc8.mrc", "Por uma outra globalização :"],
  ["ruby-marc-lying-leader.mrc", 'Histoire du "nouveau théâtre."'],
  ["traject-bad-byte.mrc", "undecodable"],
  ["ruby-marc-bad-eacc.mrc", "undecodable"],
];

for (const [file, outcome] of oddities) {
  test(`${file} comes to ${outcome}`, async () => {
    const [only] = await readAll(realFile(file));
    assert.equal(only?.ok ? first(only.record, "245", "a") : inWords(only), outcome);
  });
}
