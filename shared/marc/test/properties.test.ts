import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { UnreadableFile } from "../detect.ts";
import { toMarcXml } from "../write.ts";
import { aBook, inWords, iso, readAll, xmlFile } from "./files.ts";

const word = fc.constantFrom("Truyện", "Kiều", "Đường", "Kách", "mệnh", "𡨸喃", "e\u0301", "x & <y>", '"', "7");
const books = fc.array(fc.array(word, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 });
const [first, last] = [iso(aBook("first")), iso(aBook("last"))];

test("whatever stands between two good records of ISO 2709, both are read", async () => {
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .array(fc.constantFrom("\x1d", "\x1e", "\x1f", "00123", "4500", "00100nam a2200049 a 4500", "99999", " "), {
        maxLength: 30,
      })
      .map((parts) => Buffer.from(parts.join(""))),
    fc
      .tuple(fc.nat(first.length), fc.nat(first.length))
      .map(([one, other]) => first.subarray(Math.min(one, other), Math.max(one, other))),
  );
  await fc.assert(
    fc.asyncProperty(garbage, async (between) => {
      const reads = (await readAll(Buffer.concat([first, between, last]))).map(inWords);
      assert.equal(reads[0], "first");
      assert.equal(reads.at(-1), "last");
    }),
    { numRuns: 400 },
  );
});

test("whatever text stands between two good records of MARCXML, both are read", async () => {
  const garbage = fc.array(
    fc.constantFrom(
      "<",
      ">",
      "<!--",
      "]]>",
      "<a b='",
      "<record>",
      "</record>",
      "<leader>",
      "&",
      "x",
      '"',
      "<![CDATA[",
      "<?",
    ),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(garbage, async (between) => {
      const reads = (await readAll(xmlFile(aBook("first"), between.join(""), aBook("last")))).map(inWords);
      assert.equal(reads[0], "first");
      // A comment or CDATA section that happens to be closed later takes its content with it, as XML says.
      if (!/<!--|<!\[CDATA|<\?/.test(between.join(""))) assert.equal(reads.at(-1), "last");
    }),
    { numRuns: 300 },
  );
});

const asFile = {
  iso2709: (titles: string[][]) =>
    Buffer.concat(titles.map((title, index) => iso(aBook(String(index), title.join(" "))))),
  marcxml: (titles: string[][]) => xmlFile(...titles.map((title, index) => aBook(String(index), title.join(" ")))),
};

for (const format of ["iso2709", "marcxml"] as const) {
  test(`the size of the chunks changes nothing in ${format}`, async () => {
    await fc.assert(
      fc.asyncProperty(books, fc.integer({ min: 1, max: 400 }), async (titles, chunkBytes) => {
        const file = asFile[format](titles);
        const whole = await readAll(file);
        assert.deepEqual(await readAll(file, { chunkBytes }), whole);
        assert.deepEqual(
          whole.map(inWords),
          titles.map((_, index) => String(index)),
        );
      }),
      { numRuns: 60 },
    );
  });

  test(`a file of ${format} cut anywhere gives its whole records, and never throws anything but that it is no such file`, async () => {
    await fc.assert(
      fc.asyncProperty(books, fc.double({ min: 0, max: 1, noNaN: true }), async (titles, share) => {
        const file = asFile[format](titles);
        const cut = file.subarray(0, Math.floor(file.length * share));
        const whole = (await readAll(file)).filter(({ offset, length }) => offset + length <= cut.length);
        const reads = await readAll(cut).catch((error: unknown) => {
          assert(error instanceof UnreadableFile);
          return [];
        });
        assert.deepEqual(reads.slice(0, whole.length), whole);
        assert(reads.length <= whole.length + 1);
      }),
      { numRuns: 100 },
    );
  });

  test(`what is written as ${format} reads back the same`, async () => {
    await fc.assert(
      fc.asyncProperty(books, async (titles) => {
        const reads = await readAll(asFile[format](titles));
        for (const [index, read] of reads.entries()) {
          const written = aBook(String(index), titles[index]!.join(" ").normalize("NFC"));
          assert.deepEqual(read.ok && [read.record.control, read.record.fields], [written.control, written.fields]);
          assert.deepEqual(read.ok && read.repairs, []);
        }
      }),
      { numRuns: 60 },
    );
  });
}

test("a MARCXML element declares its namespace unless its collection does", () => {
  assert.match(toMarcXml(aBook("1")), /^<record xmlns="http:\/\/www\.loc\.gov\/MARC21\/slim">/);
  assert.match(toMarcXml(aBook("1"), { inCollection: true }), /^<record>/);
});
