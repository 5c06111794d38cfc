import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { toIso2709, toMarcXml } from "@lienthong/marc/write.ts";
import { ImportState } from "@lienthong/proto/catalogue/v1/service.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { until } from "@lienthong/testing/until.ts";
import { aFile, aRecord, asCatalogue, asParts, aUnion, orThrow, type Union } from "./union.ts";

let union: Union;
before(async () => {
  union = await aUnion({ IMPORT_BATCH_RECORDS: "5" });
});
after(() => union.stop());

const announcedSince = async (count: number) => (await union.announced()).slice(count).map(({ type }) => type);

test("a librarian gives a file, and its records stand in the catalogue with their items", async () => {
  const hanoi = await union.aLibrary("VN-IMP0001");
  const before = (await union.announced()).length;
  const done = await hanoi.imports(
    aRecord({ number: "1", title: "Số đỏ", author: "Vũ Trọng Phụng", barcodes: ["HN.1", "HN.2"] }),
    aRecord({ number: "2", title: "Tắt đèn", author: "Ngô Tất Tố", barcodes: ["HN.3"] }),
  );
  assert.equal(done.state, ImportState.FINISHED);
  assert.deepEqual(
    [done.read, done.added, done.changed, done.unchanged, done.quarantined, done.doneBytes === done.sizeBytes],
    [2n, 2n, 0n, 0n, 0n, true],
  );
  assert.deepEqual(done.encodings, { "utf-8": 2n });
  const { titleId } = (await hanoi.mapping()).get("1")!;
  const title = await hanoi.title(titleId);
  assert.deepEqual([title.brief?.title, title.brief?.author], ["Số đỏ", "Vũ Trọng Phụng"]);
  assert.deepEqual(
    title.items.map((item) => [item.barcode, item.callNumber, item.state]),
    [
      ["HN.1", "895.9221", "unknown"],
      ["HN.2", "895.9221", "unknown"],
    ],
  );
  const types = await announcedSince(before);
  for (const [type, count] of Object.entries({
    RecordChanged: 2,
    TitleChanged: 2,
    ItemChanged: 3,
    ImportFinished: 1,
  })) {
    assert.equal(types.filter((one) => one === type).length, count, type);
  }
});

test("the same file a second time changes nothing and announces nothing but its end", async () => {
  const hue = await union.aLibrary("VN-IMP0002");
  const file = aFile(
    ...[1, 2, 3, 4, 5, 6, 7].map((n) => aRecord({ number: `${n}`, title: `Sách ${n}`, barcodes: [`H${n}`] })),
    // The same number once more: the first one holds, now and every time.
    aRecord({ number: "3", title: "Sách khác" }),
  );
  const first = await hue.ended((await hue.gives(file)).id);
  assert.deepEqual([first.added, first.quarantined, first.quarantineReasons], [7n, 1n, { "number-repeated": 1n }]);
  const before = (await union.announced()).length;
  const second = await hue.ended((await hue.gives(file)).id);
  assert.deepEqual([second.read, second.added, second.changed, second.unchanged], [8n, 0n, 0n, 7n]);
  assert.deepEqual(await announcedSince(before), ["ImportFinished"]);
});

test("a bad record is set aside with number, place and reason, and its neighbours are taken", async () => {
  const hanoi = await union.aLibrary("VN-IMP0003");
  const good = (n: number) => aRecord({ number: `${n}`, title: `Chuyện ${n}` });
  const { fields, ...untitled } = aRecord({ number: "9" });
  const bad = toIso2709({ ...untitled, fields: fields.filter((field) => field.tag !== "245") });
  const done = await hanoi.imports(good(1), good(2), bad, good(3));
  assert.deepEqual([done.added, done.quarantined, done.quarantineReasons], [3n, 1n, { "no-245": 1n }]);
  const [aside, ...others] = await hanoi.quarantine(done.id);
  assert(aside);
  assert.equal(others.length, 0);
  assert.deepEqual(
    [aside.seq, aside.offset, aside.length, aside.reason, aside.controlNumber],
    [3n, BigInt(aFile(good(1), good(2)).length), BigInt(bad.length), "no-245", "9"],
  );
  assert.match(aside.excerpt, /Văn học/);
  assert.equal((await hanoi.mapping()).size, 3);
});

test("an import whose service is stopped in its middle goes on from there and takes each record once", async () => {
  const hanoi = await union.aLibrary("VN-IMP0004");
  const records = Array.from({ length: 60 }, (_, n) =>
    aRecord({ number: `${n}`, title: `Nhật ký ${n}`, barcodes: [`NK${n}`] }),
  );
  const given = await hanoi.gives(aFile(...records));
  const running = async () => orThrow(answered(await hanoi.cataloguer.getImport({ id: given.id })));
  await until(running, ({ read }) => read > 0n);
  await union.pause();
  const stopped = await running();
  assert(stopped.read < 60n, `stopped after ${stopped.read}`);
  assert.equal(stopped.state, ImportState.RUNNING);
  assert.equal((await hanoi.mapping()).size, Number(stopped.read));
  await union.resume();
  const done = await hanoi.ended(given.id);
  assert.deepEqual([done.read, done.added, done.unchanged], [60n, 60n, 0n]);
});

test("an import whose worker was killed is taken up when the service starts again", async () => {
  const hanoi = await union.aLibrary("VN-IMP0013");
  const records = Array.from({ length: 60 }, (_, n) => aRecord({ number: `${n}`, title: `Hồi ký ${n}` }));
  const given = await hanoi.gives(aFile(...records));
  const running = async () => orThrow(answered(await hanoi.cataloguer.getImport({ id: given.id })));
  await until(running, ({ read }) => read > 0n);
  await union.pause();
  // What a killed worker leaves behind: a job that is locked for hours by somebody who is no more.
  await union.database.frame.query(
    "update graphile_worker._private_jobs set locked_by = 'killed', locked_at = now() where locked_by is null",
  );
  await union.resume();
  const { resumeSilent } = await import("../imports/resume.ts");
  await union.database.transact(asCatalogue, (tx) => resumeSilent(tx, 0));
  const done = await hanoi.ended(given.id);
  assert.deepEqual([done.state, done.added, done.unchanged], [ImportState.FINISHED, 60n, 0n]);
});

test("an import can be cancelled between two batches; what it took stays", async () => {
  const hanoi = await union.aLibrary("VN-IMP0005");
  const records = Array.from({ length: 80 }, (_, n) => aRecord({ number: `${n}`, title: `Ca dao ${n}` }));
  const given = await hanoi.gives(aFile(...records));
  await until(
    async () => orThrow(answered(await hanoi.cataloguer.getImport({ id: given.id }))),
    ({ read }) => read > 0n,
  );
  const cancelled = orThrow(answered(await hanoi.cataloguer.cancelImport({ id: given.id })));
  assert.equal(cancelled.state, ImportState.CANCELLED);
  assert(cancelled.read < 80n);
  await union.pause();
  await union.resume();
  assert.equal((await hanoi.mapping()).size, Number(cancelled.read));
  const again = answered(await hanoi.cataloguer.cancelImport({ id: given.id }));
  assert(isRefusal(again));
  assert.equal(again.refused.code, "catalogue.cancel-import/ended");
});

test("MARCXML is taken like ISO 2709", async () => {
  const hanoi = await union.aLibrary("VN-IMP0006");
  const record = aRecord({ number: "x1", title: "Đất rừng phương Nam", author: "Đoàn Giỏi", barcodes: ["X.1"] });
  const xml = `<?xml version="1.0" encoding="UTF-8"?><collection>${toMarcXml(record)}</collection>`;
  const done = await hanoi.ended((await hanoi.gives(Buffer.from(xml), "sach.xml")).id);
  assert.deepEqual([done.added, done.quarantined], [1n, 0n]);
});

const hostile = [
  [
    "a document type declaration",
    `<?xml version="1.0"?><!DOCTYPE collection [<!ENTITY x "y">]><collection/>`,
    "doctype",
  ],
  ["a web page", "<!doctype html><html><body>Sign in</body></html>", "html"],
  ["a spreadsheet", "PK\u0003\u0004 and so on", "zip"],
  ["a text", "Truyện Kiều, Nguyễn Du", "unknown"],
  ["XML of another kind", "<dc><title>Truyện Kiều</title></dc>", "other-xml"],
  ["nothing at all", "", "empty"],
] as const;
for (const [what, content, looksLike] of hostile) {
  test(`${what} is refused by name before it is kept`, async () => {
    const hanoi = await union.aLibrary("VN-IMP0007");
    const answer = answered(await hanoi.cataloguer.startImport(asParts(Buffer.from(content))));
    assert(isRefusal(answer));
    assert.equal(answer.refused.code, "catalogue.start-import/not-marc");
    assert.equal(answer.refused.details.looksLike, looksLike);
  });
}

test("a document type hidden behind records ends the import there; the records before it are taken", async () => {
  const hanoi = await union.aLibrary("VN-IMP0008");
  const head = `<collection>${toMarcXml(aRecord({ number: "1", title: "Trước" }))}${" ".repeat(70_000)}`;
  const file = Buffer.from(`${head}<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]></collection>`);
  const done = await hanoi.ended((await hanoi.gives(file)).id);
  assert.deepEqual([done.state, done.failure, done.added], [ImportState.FAILED, "catalogue.run-import/unreadable", 1n]);
  const [aside] = await hanoi.quarantine(done.id);
  assert.deepEqual([aside?.reason, aside?.offset], ["doctype", BigInt(Buffer.byteLength(head))]);
});

test("another library's import is not there", async () => {
  const hanoi = await union.aLibrary("VN-IMP0009");
  const hue = await union.aLibrary("VN-IMP0010");
  const done = await hanoi.imports(aRecord({ number: "1" }));
  const notThere = { kind: "not-found" };
  await assert.rejects(hue.cataloguer.getImport({ id: done.id }), notThere);
  await assert.rejects(hue.cataloguer.cancelImport({ id: done.id }), notThere);
  await assert.rejects(hue.cataloguer.listQuarantine({ importId: done.id, after: 0n, reason: "" }), notThere);
  assert.equal((await hue.cataloguer.listImports({ before: "" })).imports.length, 0);
  assert.equal((await hanoi.cataloguer.listImports({ before: "" })).imports[0]?.id, done.id);
});

test("a record that its library deletes takes its items with it; its old ids lead to what is left", async () => {
  const hanoi = await union.aLibrary("VN-IMP0011");
  const hue = await union.aLibrary("VN-IMP0012");
  const book = { title: "Vang bóng một thời", author: "Nguyễn Tuân", isbn: "9786041000063" };
  await hanoi.imports(aRecord({ ...book, number: "1", barcodes: ["VB.1"] }));
  await hue.imports(aRecord({ ...book, number: "7", barcodes: ["VB.7"] }));
  const { titleId, recordId } = (await hanoi.mapping()).get("1")!;
  const done = await hanoi.imports(aRecord({ ...book, number: "1", status: "d" }));
  assert.equal(done.changed, 1n);
  const there = await hue.title(titleId);
  assert.deepEqual(
    there.items.map((item) => item.barcode),
    ["VB.7"],
  );
  assert.equal(there.movedFrom, titleId);
  assert.equal(there.brief?.id, (await hue.mapping()).get("7")?.titleId);
  assert.equal((await hue.title(recordId)).brief?.id, there.brief?.id);
  for (const never of ["", "khong-co", "../../etc/passwd", `u${"0".repeat(20)}`])
    await assert.rejects(hue.title(never), { kind: "not-found" }, never);
});
