import assert from "node:assert/strict";
import { test } from "node:test";
import { first } from "../record.ts";
import { aBook, inWords, iso, isoOfBytes, read, readAll, repairsOf } from "./files.ts";

const [one, two, three] = [iso(aBook("1")), iso(aBook("2")), iso(aBook("3"))];
const around = (damaged: Uint8Array) => readAll(Buffer.concat([one, damaged, three]));

test("records are told with their number, place, length and own bytes", async () => {
  const reads = await readAll(Buffer.concat([one, two, three]));
  assert.deepEqual(
    reads.map(({ seq, offset, length }) => [seq, offset, length]),
    [
      [1, 0, one.length],
      [2, one.length, two.length],
      [3, one.length + two.length, three.length],
    ],
  );
  assert.deepEqual(Buffer.from(reads[1]!.bytes), two);
  assert.equal(first(read(reads[1]).record, "245", "a"), "Đường Kách mệnh");
  assert.deepEqual(read(reads[1]).repairs, []);
});

const rewritten = (change: (bytes: Buffer) => void) => {
  const bytes = Buffer.from(two);
  change(bytes);
  return bytes;
};

const damages: { title: string; damaged: Buffer; outcome: string; repairs?: string[] }[] = [
  { title: "that breaks off is set aside", damaged: two.subarray(0, 150), outcome: "truncated" },
  { title: "that breaks off inside its directory is set aside", damaged: two.subarray(0, 40), outcome: "truncated" },
  {
    title: "with a wrong length is read to its terminator",
    damaged: rewritten((b) => b.write("31415")),
    outcome: "2",
    repairs: ["length"],
  },
  {
    title: "with a length of letters is read to its terminator",
    damaged: rewritten((b) => b.write("xxxxx")),
    outcome: "2",
    repairs: ["length"],
  },
  {
    title: "without terminator is read where its directory agrees",
    damaged: two.subarray(0, -1),
    outcome: "2",
    repairs: ["terminator"],
  },
  {
    title: "with a spoilt directory is rebuilt",
    damaged: rewritten((b) => b.write("x?", 24 + 12 * 2 + 5)),
    outcome: "2",
    repairs: ["directory"],
  },
  {
    title: "with a spoilt tag is set aside",
    damaged: rewritten((b) => b.write("\x01?", 24 + 12 * 2)),
    outcome: "bad-directory",
  },
  {
    title: "with a wrong base address is read",
    damaged: rewritten((b) => b.write("00001", 12)),
    outcome: "2",
    repairs: ["base-address"],
  },
  {
    title: "with control characters in its leader is read",
    damaged: rewritten((b) => b.write("\x01", 8)),
    outcome: "2",
    repairs: ["leader"],
  },
  { title: "that is no record is set aside", damaged: Buffer.from("Xin chào!"), outcome: "not-a-record" },
  {
    title: "that is no record but ends like one is set aside",
    damaged: Buffer.from("Xin chào!\x1d"),
    outcome: "not-a-record",
  },
];

for (const { title, damaged, outcome, repairs } of damages) {
  test(`a stretch of the file ${title}, and its neighbours stand`, async () => {
    const reads = await around(damaged);
    assert.deepEqual(reads.map(inWords), ["1", outcome, "3"]);
    assert.equal(reads[1]!.offset, one.length);
    assert.equal(reads[1]!.length, damaged.length);
    if (repairs) assert.deepEqual(repairsOf(reads[1]), repairs);
  });
}

test("two damaged records in a row do not take the sound one after them along", async () => {
  const reads = await around(Buffer.concat([two.subarray(0, 120), two.subarray(0, -1)]));
  assert.deepEqual(reads.map(inWords), ["1", "truncated", "2", "3"]);
});

test("the last record may lack its terminator, or break off", async () => {
  assert.deepEqual((await readAll(Buffer.concat([one, two.subarray(0, -1)]))).map(inWords), ["1", "2"]);
  assert.deepEqual((await readAll(Buffer.concat([one, two.subarray(0, -9)]))).map(inWords), ["1", "truncated"]);
});

test("line feeds between records and an end-of-file mark are no records", async () => {
  const file = Buffer.concat([
    Buffer.from("\ufeff"),
    one,
    Buffer.from("\r\n"),
    two,
    Buffer.from("\n\n"),
    three,
    Buffer.from("\x1a"),
  ]);
  const reads = await readAll(file);
  assert.deepEqual(reads.map(inWords), ["1", "2", "3"]);
  assert.equal(reads[1]!.offset, 3 + one.length + 2);
});

test("a stray terminator inside a record is its text where length and directory agree", async () => {
  const strange = isoOfBytes(
    [
      ["001", Buffer.from("2")],
      ["245", Buffer.from("10\x1faMột\x1dhai ba bốn năm sáu bảy")],
    ],
    "a",
  );
  const reads = await around(strange);
  assert.deepEqual(reads.map(inWords), ["1", "2", "3"]);
  assert.equal(first(read(reads[1]).record, "245", "a"), "Một hai ba bốn năm sáu bảy");
  assert.deepEqual(repairsOf(reads[1]), ["control-characters"]);
});

test("a record of 200 KB with an overflown directory is rebuilt from its terminators", async () => {
  const fields = Array.from({ length: 30 }, (_, index) => ({
    tag: "520",
    data: `  \x1fa${String(index).repeat(9000)}`.slice(0, 7000),
  }));
  let directory = "";
  let at = 0;
  for (const { tag, data } of fields) {
    directory += tag + String(data.length + 1).padStart(4, "0") + String(at % 100_000).padStart(5, "0");
    at += data.length + 1;
  }
  const base = String(25 + directory.length).padStart(5, "0");
  const large = Buffer.from(
    `99999nam a22${base} a 4500${directory}\x1e${fields.map(({ data }) => `${data}\x1e`).join("")}\x1d`,
  );
  const reads = await around(large);
  assert.deepEqual(reads.map(inWords), ["1", "no control number", "3"]);
  assert.deepEqual(
    read(reads[1]).record.fields.map(({ subfields }) => subfields[0]!.value.length),
    Array(30).fill(6996),
  );
  assert.deepEqual(repairsOf(reads[1]), ["length", "directory"]);
});

test("a stretch beyond the limit is set aside in constant room, and the record after it is read", async () => {
  const endless = Buffer.alloc(3 << 20, "abc ");
  const reads = await around(endless);
  assert.deepEqual(reads.map(inWords), ["1", "too-large", "3"]);
  assert.equal(reads[1]!.length, endless.length);
  assert(reads[1]!.bytes.length <= 100_000);
});

test("fields out of order, empty subfields and missing indicators are read", async () => {
  const strange = isoOfBytes(
    [
      ["001", Buffer.from("2")],
      ["245", Buffer.from("\x1faNhan đề")],
      ["500", Buffer.from("  \x1f\x1faMột")],
      ["500", Buffer.from("  lời\x1fbHai")],
    ],
    "a",
  );
  const [, strangeRead] = await around(strange);
  assert.deepEqual(
    read(strangeRead).record.fields.map(({ ind1, subfields }) => [
      ind1,
      ...subfields.map(({ code, value }) => `$${code}${value}`),
    ]),
    [
      [" ", "$aNhan đề"],
      [" ", "$aMột"],
      [" ", "$alời", "$bHai"],
    ],
  );
  assert.deepEqual(repairsOf(strangeRead), ["indicators", "subfield", "subfield"]);
});

test("reading goes on after any record as if it had never stopped", async () => {
  const file = Buffer.concat([one, two.subarray(0, 150), Buffer.from("\n"), two, three]);
  const all = await readAll(file);
  for (const [index, { offset, length, seq }] of all.entries()) {
    const rest = await readAll(file.subarray(offset + length), { from: { offset: offset + length, seq } });
    assert.deepEqual(rest, all.slice(index + 1));
  }
});
