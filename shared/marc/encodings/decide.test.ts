import assert from "node:assert/strict";
import { test } from "node:test";
import { first } from "../record.ts";
import { inWords, isoOfBytes, read, readAll, repairsOf } from "../test/files.ts";
import type { Encoding } from "./encoding.ts";

const motto = "Cộng hoà xã hội chủ nghĩa Việt Nam";
const tcvn3 = Buffer.from("Céng hoµ x\xb7 héi chñ nghÜa ViÖt Nam", "latin1");
const vni = Buffer.from("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "latin1");
const windows1258 = Buffer.from("Cô\xf2ng hoa\xcc xa\xde hô\xf2i chu\xd2 nghi\xdea Viê\xf2t Nam", "latin1");
const marc8 = Buffer.from("C\xf2\xe3ong ho\xe1a x\xe4a h\xf2\xe3oi ch\xe0u ngh\xe4ia Vi\xf2\xe3et Nam", "latin1");

const titled = (title: Uint8Array, claim = " ") =>
  isoOfBytes(
    [
      ["001", Buffer.from("1")],
      ["245", Buffer.concat([Buffer.from("10\x1fa"), title])],
    ],
    claim,
  );

const written: [encoding: Encoding, title: Uint8Array, claim: string, repairs: string[]][] = [
  ["utf-8", Buffer.from(motto), "a", []],
  ["utf-8", Buffer.from(motto), " ", ["encoding"]],
  ["utf-8", Buffer.from(motto.normalize("NFD")), "a", []],
  ["marc-8", marc8, " ", []],
  ["marc-8", marc8, "a", ["encoding"]],
  ["windows-1258", windows1258, "a", ["encoding"]],
  ["windows-1258", windows1258, " ", ["encoding"]],
  ["tcvn3", tcvn3, "a", ["encoding"]],
  ["tcvn3", tcvn3, " ", ["encoding"]],
];

for (const [encoding, title, claim, repairs] of written) {
  test(`a title in ${encoding} under a leader that says "${claim}" reads right, by its bytes`, async () => {
    const [only] = await readAll(titled(title, claim));
    assert.equal(first(read(only).record, "245", "a"), motto);
    assert.equal(read(only).encoding, encoding);
    assert.deepEqual(repairsOf(only), repairs);
  });
}

test("a title in VNI reads right, with the tones where VNI has them", async () => {
  const [only] = await readAll(titled(vni));
  assert.equal(read(only).encoding, "vni");
  assert.equal(first(read(only).record, "245", "a"), "Cộng hòa xã hội chủ nghĩa Việt Nam");
});

test("French in MARC-8 is not taken for another code page", async () => {
  const [only] = await readAll(titled(Buffer.from("Les mis\xe2erables ; th\xe2e\xe3atre fran\xf0cais", "latin1")));
  assert.equal(read(only).encoding, "marc-8");
  assert.equal(first(read(only).record, "245", "a"), "Les misérables ; théâtre français");
});

test("text of plain ASCII has nothing to decide", async () => {
  const [only] = await readAll(titled(Buffer.from("Truyen Kieu"), "a"));
  assert.equal(read(only).encoding, "ascii");
  assert.deepEqual(repairsOf(only), []);
});

test("what no encoding makes text of is set aside with every reading", async () => {
  const damaged = Buffer.from(motto);
  damaged[2] = 0xff;
  const [only] = await readAll(titled(damaged, "a"));
  assert.equal(inWords(only), "undecodable");
  assert(only && !only.ok);
  assert.deepEqual(
    only.readings?.map(({ encoding }) => encoding),
    ["marc-8", "windows-1258", "tcvn3", "vni"],
  );
});

test("what several encodings make text of is set aside with those readings", async () => {
  const [only] = await readAll(titled(Buffer.from("Les mis\xe9rables", "latin1")));
  assert.equal(inWords(only), "undecodable");
  assert(only && !only.ok);
  assert.deepEqual(only.readings, [
    { encoding: "marc-8", text: "Les misřables" },
    { encoding: "windows-1258", text: "Les misérables" },
  ]);
});

test("what staff say of a file wins, and a record that cannot be so is set aside", async () => {
  const file = Buffer.concat([
    titled(Buffer.from("Les mis\xe9rables", "latin1")),
    titled(Buffer.from("\x81", "latin1")),
  ]);
  const [sure, impossible] = await readAll(file, { encoding: "windows-1258" });
  assert.equal(first(read(sure).record, "245", "a"), "Les misérables");
  assert.equal(inWords(impossible), "undecodable");
});

test("a lost letter is never put in silently", async () => {
  const [only] = await readAll(titled(Buffer.from("Vi\ufffdt Nam đất nước"), "a"));
  assert.deepEqual(repairsOf(only), ["letters-lost"]);
});
