import assert from "node:assert/strict";
import { test } from "node:test";
import { UnreadableFile } from "../detect.ts";
import { first, missing } from "../record.ts";
import { toMarcXml } from "../write.ts";
import { aBook, inWords, read, readAll, repairsOf, xmlFile } from "./files.ts";

const element = (control: string) => toMarcXml(aBook(control), { inCollection: true });

test("records are told with their place and the bytes of their element", async () => {
  const file = xmlFile(aBook("1"), aBook("2"));
  const reads = await readAll(file);
  assert.deepEqual(reads.map(inWords), ["1", "2"]);
  for (const read of reads) {
    assert.deepEqual(Buffer.from(read.bytes), file.subarray(read.offset, read.offset + read.length));
    assert.equal(Buffer.from(read.bytes).toString(), element(String(read.seq)));
  }
});

test("prefixes, comments, CDATA, wrappers and records inside records of OAI-PMH make no difference", async () => {
  const prefixed = element("1")
    .replace(/<(\/?)(\w)/g, "<$1marc:$2")
    .replace("Đường Kách mệnh", "<!-- <record> --><![CDATA[Đường <Kách>]]> m&#x1EC7;nh");
  const file =
    Buffer.from(`<OAI-PMH><ListRecords><!-- <record><leader/> --><record><header/><metadata>${prefixed}</metadata></record>
    <record><header status="deleted"/></record><record><header/><metadata>${element("2")}</metadata><about><x/></about></record></ListRecords></OAI-PMH>`);
  const reads = await readAll(file);
  assert.deepEqual(reads.map(inWords), ["1", "2"]);
  assert.equal(first(read(reads[0]).record, "245", "a"), "Đường <Kách> mệnh");
});

const damages: [title: string, damaged: string][] = [
  ["is not closed", element("2").replace("</record>", "")],
  ["has a subfield that is not closed", element("2").replace("</subfield>", "")],
  ["holds a sign that must be escaped", element("2").replace("Kách", "<< Kách")],
  ["holds an unknown entity", element("2").replace("Kách", "K&aacute;ch")],
  ["has an attribute without its quotation mark", element("2").replace('tag="245"', 'tag="245')],
  ["has a field without tag", element("2").replace('tag="245"', "")],
  ["has a comment without end", element("2").replace("Kách", "<!-- Kách")],
  ["is nested without end", element("2").replace("Kách", "<a>".repeat(5000))],
];

for (const [title, damaged] of damages) {
  test(`a record that ${title} is set aside with its place, and its neighbours stand`, async () => {
    const file = xmlFile(aBook("1"), damaged, aBook("3"));
    const reads = await readAll(file);
    assert.deepEqual(reads.map(inWords), ["1", "bad-xml", "3"]);
    assert.equal(reads[1]!.offset, file.indexOf(Buffer.from(damaged).subarray(0, 100), element("1").length));
  });
}

test("a record with bytes that are no UTF-8 is set aside with its readings, and its neighbours stand", async () => {
  const file = xmlFile(aBook("1"), element("2"), aBook("3"));
  file[file.indexOf("Kách", element("1").length + 200) + 1] = 0xff;
  const reads = await readAll(file);
  assert.deepEqual(reads.map(inWords), ["1", "undecodable", "3"]);
});

test("characters that XML forbids are taken out and told", async () => {
  const [only] = await readAll(xmlFile(element("1").replace("Kách", "K\x0bách")));
  assert.deepEqual(repairsOf(only), ["control-characters"]);
});

test("an empty record, and one that has only a control number, are records that lack what they must have", async () => {
  const reads = await readAll(
    xmlFile("<record/>", "<record></record>", '<record><controlfield tag="001">7</controlfield></record>'),
  );
  assert.deepEqual(
    reads.map((read) => read.ok && missing(read.record)),
    ["empty", "empty", "empty"],
  );
});

test("a collection without end gives its whole records, and the broken one its reason", async () => {
  const file = xmlFile(aBook("1"), aBook("2"));
  const cut = file.subarray(0, file.lastIndexOf("<subfield"));
  assert.deepEqual((await readAll(cut)).map(inWords), ["1", "bad-xml"]);
  assert.deepEqual((await readAll(file.subarray(0, file.indexOf("</collection")))).map(inWords), ["1", "2"]);
});

test("a record beyond the limit is set aside, and the next is read", async () => {
  const large = element("2").replace("Kách", "x".repeat(2 << 20));
  const reads = await readAll(xmlFile(aBook("1"), large, aBook("3")));
  assert.deepEqual(reads.map(inWords), ["1", "too-large", "3"]);
});

const refused: [what: string, file: string | Buffer, looksLike: string, offset?: number][] = [
  ["a document type", `<?xml version="1.0"?><!DOCTYPE collection [<!ENTITY a "b">]>${element("1")}`, "doctype", 21],
  [
    "a document type after records",
    `<collection>${element("1")}<!DOCTYPE x SYSTEM "file:///etc/passwd"></collection>`,
    "doctype",
    12 + Buffer.byteLength(element("1")),
  ],
  [
    "an entity declaration inside a record",
    `<collection><record><leader/><!ENTITY a "b"></record></collection>`,
    "doctype",
    29,
  ],
  ["a web page", "<!DOCTYPE html><html></html>", "html"],
  ["UTF-16", Buffer.from("\ufeff<collection/>", "utf16le"), "utf-16"],
  ["another declared encoding", '<?xml version="1.0" encoding="ISO-8859-1"?><collection/>', "other-encoding"],
  ["other XML", "<rss><channel/></rss>", "other-xml"],
  ["records of another format", "<OAI-PMH><record><metadata><dc/></metadata></record></OAI-PMH>", "other-xml"],
  ["fields outside any record", '<collection><datafield tag="952"/></collection>', "other-xml"],
  ["MARC as text", "=LDR  00714cam a2200205 a 4500\r\n=001  12883376\r\n", "marc-text"],
  ["a zip archive", "PK\x03\x04abc", "zip"],
  ["JSON", '{"leader":"x"}', "json"],
  ["a letter", "Kính gửi thư viện,", "unknown"],
  ["nothing", "\r\n", "empty"],
];

for (const [what, file, looksLike, offset = 0] of refused) {
  test(`a file of ${what} is refused by name and place`, async () => {
    await assert.rejects(readAll(Buffer.from(file as string)), (error: unknown) => {
      assert(error instanceof UnreadableFile);
      assert.deepEqual([error.looksLike, error.offset], [looksLike, offset]);
      return true;
    });
  });
}

test("a file with a byte order mark and an empty collection are no failures", async () => {
  assert.deepEqual((await readAll(Buffer.concat([Buffer.from("\ufeff"), xmlFile(aBook("1"))]))).map(inWords), ["1"]);
  assert.deepEqual(await readAll(Buffer.from("<collection/>")), []);
});

test("reading goes on after any record as if it had never stopped", async () => {
  const file = xmlFile(aBook("1"), element("2").replace("</record>", ""), aBook("3"), aBook("4"));
  const all = await readAll(file);
  assert.deepEqual(all.map(inWords), ["1", "bad-xml", "3", "4"]);
  for (const [index, { offset, length, seq }] of all.entries()) {
    const rest = await readAll(file.subarray(offset + length), { from: { offset: offset + length, seq } });
    assert.deepEqual(rest, all.slice(index + 1));
  }
});
