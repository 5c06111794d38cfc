import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { until } from "@lienthong/testing/until.ts";
import { alias } from "../titles/alias.ts";
import { aRecord, asCatalogue, aUnion, orThrow, type Said, type TestLibrary, type Union } from "./union.ts";

let union: Union;
before(async () => {
  union = await aUnion({ IMPORT_BATCH_RECORDS: "3" });
});
after(() => union.stop());

const isbns = ["9786041000063", "9786041000001", "9780306406157"];

/** Records of three libraries that partly describe the same editions. */
const catalogues: Said[][] = [0, 1, 2].map((library) =>
  Array.from({ length: 12 }, (_, n) => ({
    number: `${n}`,
    title: n % 3 === 0 && library === 1 ? `Hoà âm ${n % 5}` : `Hòa âm ${n % 5}`,
    author: library === 2 ? "Nguyễn, Du" : "Nguyễn Du",
    year: `${2000 + (n % 4)}`,
    pages: "215tr.",
    ...(n % 2 === library % 2 ? { isbn: isbns[n % 3]! } : {}),
    barcodes: [`O${library}.${n}`],
  })),
);

test("three orders of import, in one piece or in many, give the same titles with the same ids", async () => {
  const given = async (prefix: string, order: number[], pieces: number) => {
    const libraries = new Map<number, TestLibrary>();
    for (const at of order) {
      const library = await union.aLibrary(`${prefix}${at}`);
      libraries.set(at, library);
      const records = catalogues[at]!.map((said) =>
        aRecord({ ...said, barcodes: said.barcodes!.map((one) => prefix + one) }),
      );
      const length = Math.ceil(records.length / pieces);
      const parts = Array.from({ length: pieces }, (_, part) => records.slice(part * length, (part + 1) * length));
      for (const part of pieces === 1 ? parts : parts.reverse()) await library.imports(...part);
    }
    const own = (keys: string[]) => keys.filter((key) => key.startsWith(prefix));
    const titles = (await union.titles()).map(own).filter((keys) => keys.length > 0);
    for (const keys of titles) {
      const [library = "", number = ""] = keys[0]!.split(":");
      const mapped = (await libraries.get(Number(library.slice(prefix.length)))!.mapping()).get(number);
      assert.equal(mapped?.titleId, alias(keys[0]!));
    }
    // Each order plays in a world of its own: what it made is taken away again.
    for (const [at, library] of libraries) {
      await library.imports(...catalogues[at]!.map((said) => aRecord({ ...said, status: "d" })));
    }
    return titles.map((keys) => keys.map((key) => key.slice(prefix.length)));
  };
  const first = await given("VN-ORDA", [0, 1, 2], 1);
  assert.deepEqual(await given("VN-ORDB", [2, 0, 1], 4), first);
  assert.deepEqual(await given("VN-ORDC", [1, 2, 0], 3), first);
  assert(
    first.some((keys) => keys.length > 2),
    "some titles are held by several",
  );
  assert(first.length > 5, "and not all are one");
});

const book = { title: "Dế Mèn phiêu lưu ký", author: "Tô Hoài", publisher: "Kim Đồng", year: "1990", pages: "148tr." };

test("two libraries' imports at the same time give one title, not two", async () => {
  const [a, b] = [await union.aLibrary("VN-SAME1"), await union.aLibrary("VN-SAME2")];
  const many = (library: string) =>
    Array.from({ length: 20 }, (_, n) =>
      aRecord({ number: `${n}`, title: `Cùng lúc ${n}`, author: "Tô Hoài", barcodes: [`${library}${n}`] }),
    );
  await Promise.all([a.imports(...many("a")), b.imports(...many("b"))]);
  const [left, right] = [await a.mapping(), await b.mapping()];
  for (const [number, { titleId }] of left) assert.equal(right.get(number)?.titleId, titleId, number);
  assert.equal(new Set([...left.values()].map(({ titleId }) => titleId)).size, 20);
});

test("a record that its library corrects leaves the title it was in; old ids lead on, and items follow", async () => {
  const [a, b] = [await union.aLibrary("VN-APART1"), await union.aLibrary("VN-APART2")];
  await a.imports(aRecord({ ...book, number: "1", barcodes: ["DM1"] }));
  await b.imports(aRecord({ ...book, number: "2", barcodes: ["DM2"] }));
  const one = (await a.mapping()).get("1")!.titleId;
  assert.equal((await b.mapping()).get("2")!.titleId, one);

  const before = (await union.announced()).length;
  await a.imports(aRecord({ ...book, number: "1", year: "2001", barcodes: ["DM1"] }));
  const other = (await b.mapping()).get("2")!.titleId;
  assert.notEqual(other, one);
  assert.equal((await a.mapping()).get("1")!.titleId, one);
  assert.deepEqual(
    (await b.title(other)).items.map((item) => item.barcode),
    ["DM2"],
  );
  const told = (await union.announced()).slice(before);
  const item = told.find(
    ({ type, event }) => type === "ItemChanged" && (event as { barcode: string }).barcode === "DM2",
  );
  assert.equal((item!.event as { titleId: string }).titleId, other);

  await a.imports(aRecord({ ...book, number: "1", barcodes: ["DM1"] }));
  assert.equal((await b.title(other)).brief?.id, one);
  assert.equal((await b.title(other)).movedFrom, other);
});

test("what staff say of a pair holds, also after the records are imported again; the latest word counts", async () => {
  const [a, b] = [await union.aLibrary("VN-SAID1"), await union.aLibrary("VN-SAID2")];
  await a.imports(aRecord({ ...book, number: "1", title: "Truyện Tây Bắc" }));
  await b.imports(aRecord({ ...book, number: "2", title: "Truyện Tây Bắc", publisher: "Văn nghệ" }));
  const [left, right] = [(await a.mapping()).get("1")!, (await b.mapping()).get("2")!];
  assert.notEqual(left.titleId, right.titleId);
  const says = async (word: string) =>
    answered(await a.cataloguer.decideMatch({ a: left.recordId, b: right.recordId, says: word, reason: "" }));

  orThrow(await says("same"));
  const together = async () => (await a.mapping()).get("1")!.titleId === (await b.mapping()).get("2")!.titleId;
  assert(await together());
  await b.imports(aRecord({ ...book, number: "2", title: "Truyện Tây Bắc", publisher: "Văn nghệ", pages: "200tr." }));
  assert(await together());
  orThrow(await says("different"));
  assert(!(await together()));
  orThrow(await says("same"));
  assert(await together());
});

test("a word that contradicts others is refused with the chain of them", async () => {
  const a = await union.aLibrary("VN-CHAIN");
  await a.imports(...[1, 2, 3].map((n) => aRecord({ number: `${n}`, title: `Chuỗi ${n}` })));
  const of = await a.mapping();
  const says = async (x: number, y: number, word: string) =>
    answered(
      await a.cataloguer.decideMatch({
        a: of.get(`${x}`)!.recordId,
        b: of.get(`${y}`)!.recordId,
        says: word,
        reason: "",
      }),
    );
  orThrow(await says(1, 2, "same"));
  orThrow(await says(2, 3, "same"));
  const refused = await says(1, 3, "different");
  assert(isRefusal(refused));
  assert.equal(refused.refused.code, "catalogue.decide-match/contradicts");
  assert.equal(refused.refused.details.chain, "VN-CHAIN:1 – VN-CHAIN:2 – VN-CHAIN:3");
});

test("pairs without marks stand in the review list until somebody says what they are", async () => {
  const [a, b] = [await union.aLibrary("VN-VIEW1"), await union.aLibrary("VN-VIEW2")];
  await a.imports(aRecord({ ...book, number: "1", title: "Truyện Lục Vân Tiên" }));
  await b.imports(
    aRecord({ ...book, number: "2", title: "TRUYEN LUC VAN TIEN", author: "To Hoai", publisher: "Kim Dong" }),
  );
  const list = async (library: TestLibrary) => (await library.cataloguer.listReview({ after: "" })).pairs;
  const [pair] = await until(
    () => list(a),
    (pairs) => pairs.length > 0,
  );
  assert.equal(pair?.reason, "same-without-marks");
  assert.equal((await list(b))[0]?.id, pair?.id);
  const stranger = await union.aLibrary("VN-VIEW3");
  assert.deepEqual(await list(stranger), []);
  const says = { a: pair!.a, b: pair!.b, says: "different", reason: "" };
  await assert.rejects(stranger.cataloguer.decideMatch(says), { kind: "not-found" });
  orThrow(answered(await b.cataloguer.decideMatch(says)));
  assert.deepEqual(await list(a), []);
});

test("another profile reads a library's items from another field", async () => {
  const a = await union.aLibrary("VN-FIELD");
  const more = [{ tag: "852", ind1: " ", ind2: " ", subfields: [{ code: "p", value: "852.1" }] }];
  await a.imports(aRecord({ number: "1", title: "Hai nơi", barcodes: ["952.1"], more }));
  const { titleId } = (await a.mapping()).get("1")!;
  const barcodes = async () => (await a.title(titleId)).items.map((item) => item.barcode);
  assert.deepEqual(await barcodes(), ["952.1"]);
  orThrow(answered(await a.cataloguer.setItemProfile({ field: "852" })));
  await until(barcodes, ([barcode]) => barcode === "852.1");
  const told = (await union.announced())
    .filter(({ type }) => type === "ItemChanged")
    .map(({ event }) => event as { barcode: string; withdrawn: boolean });
  assert.deepEqual(
    told
      .slice(-2)
      .map(({ barcode, withdrawn }) => `${barcode} ${withdrawn}`)
      .sort(),
    ["852.1 false", "952.1 true"],
  );
});

test("the database keeps a library's imports and what staff said from others, and titles from everybody's hand", async () => {
  const a = await union.aLibrary("VN-WALL1");
  const done = await a.imports(aRecord({ number: "1", title: "Tường" }));
  const stranger = { kind: "staff" as const, id: "x", personId: null, libraryId: "VN-WALL2", roles: [], loa: 0 };
  const seen = (actor: typeof stranger | typeof asCatalogue, text: string) =>
    union.database.transact(actor, async (tx) => (await tx.client.query(text)).rowCount);
  for (const table of ["import", "quarantine", "source", "item_profile", "match_fact", "review_pair"]) {
    assert.equal(await seen(stranger, `select from ${table}`), 0, table);
  }
  assert.equal(await seen(asCatalogue, `select from import where id = '${done.id}'`), 1);
  for (const table of ["record", "title", "item", "library", "item_state"]) {
    assert.equal(await seen(stranger, `delete from ${table}`), 0, table);
  }
  await assert.rejects(seen(stranger, `insert into title (id, presented) values ('u', '{}')`), /row-level security/);
  await assert.rejects(seen(asCatalogue, "update source set bytes = ''"), /never changed/);
});
