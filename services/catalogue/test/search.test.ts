import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ItemState } from "@lienthong/proto/circulation/v1/states.ts";
import { until } from "@lienthong/testing/until.ts";
import { aRecord, aUnion, type TestLibrary, type Union } from "./union.ts";

let union: Union;
let hanoi: TestLibrary;
let hue: TestLibrary;
before(async () => {
  union = await aUnion();
  hanoi = await union.aLibrary("VN-SEA0001", { name: "Thư viện Hà Nội", province: "01" });
  hue = await union.aLibrary("VN-SEA0002", { name: "Thư viện Huế", province: "46" });
  await hanoi.imports(
    aRecord({ number: "1", title: "Má", author: "Nguyễn Thi", barcodes: ["A1"] }),
    aRecord({ number: "2", title: "Ma", author: "Nguyễn Thi", year: "1999" }),
    aRecord({ number: "3", title: "Mạ", author: "Trần Văn", barcodes: ["A3"] }),
    aRecord({ number: "4", title: "Xứ Huế mộng mơ", author: "Lê Văn", subject: "Du lịch", barcodes: ["A4", "A5"] }),
    aRecord({ number: "5", title: "Hoà bình", author: "Phạm Hổ", year: "1978" }),
    aRecord({ number: "6", title: "Đường Kách mệnh", author: "Hồ Chí Minh", year: "1927", isbn: "9786041000063" }),
    aRecord({ number: "7", title: "Thư viện học đại cương", author: "Lê Văn", language: "eng" }),
    aRecord({ number: "8", title: "Viện thư mới", kind: "audio" }),
  );
  await hue.imports(
    aRecord({ number: "1", title: "Hòa Bình", author: "Phạm Hổ", year: "1978", barcodes: ["B1"] }),
    aRecord({ number: "2", title: "Bán nước", author: "Vũ Hạnh", year: "1950" }),
    aRecord({ number: "3", title: "Bàn nước", author: "Vũ Hạnh", year: "1950" }),
  );
  await union.indexed();
});
after(() => union.stop());

const titlesOf = async (...asked: Parameters<Union["search"]>) =>
  (await union.search(...asked)).hits.map((hit) => hit.title);
const facet = (name: string, ...values: string[]) => ({ facets: [{ name, values }] });

const ranks: [query: string, first: string[], beside: string[]][] = [
  ["má", ["Má"], ["Ma", "Mạ"]],
  ["mạ", ["Mạ"], ["Ma", "Má"]],
  ["bàn nước", ["Bàn nước"], ["Bán nước"]],
  ["Đường Kách mệnh", ["Đường Kách mệnh"], []],
  ["Duong kach menh", ["Đường Kách mệnh"], []],
  ["hoà bình", ["Hoà bình"], []],
  ["hòa bình", ["Hoà bình"], []],
  ["hoa binh pham ho", ["Hoà bình"], []],
  ["xứ huế lê văn", ["Xứ Huế mộng mơ"], []],
];
for (const [query, first, beside] of ranks) {
  test(`“${query}” finds ${first.join(", ")} first`, async () => {
    const found = await titlesOf(query);
    assert.deepEqual(found.slice(0, first.length), first);
    assert.deepEqual(found.slice(first.length).sort(), beside);
  });
}

test("without marks every spelling is found, and the answer says so", async () => {
  const found = await union.search("ma");
  assert.deepEqual(found.hits.map((hit) => hit.title).sort(), ["Ma", "Má", "Mạ"].sort());
  assert.equal(found.folded, true);
  assert.equal((await union.search("má")).folded, false);
});

test("Hue and Huế find the same; composed and decomposed in the same order", async () => {
  const composed = await titlesOf("Huế".normalize("NFC"));
  assert.deepEqual(await titlesOf("Huế".normalize("NFD")), composed);
  assert.deepEqual((await titlesOf("Hue")).sort(), composed.toSorted());
});

test("words in quotation marks are found with their marks, in their order", async () => {
  assert.deepEqual(await titlesOf('"thư viện"'), ["Thư viện học đại cương"]);
  assert.deepEqual(await titlesOf('"viện thư"'), ["Viện thư mới"]);
  assert.deepEqual((await titlesOf("thư viện")).sort(), ["Thư viện học đại cương", "Viện thư mới"]);
  assert.deepEqual(await titlesOf('"ban nuoc"'), []);
});

test("an ISBN is found however it is written", async () => {
  for (const number of ["9786041000063", "978-604-1-00006-3", "604-1-00006-X"]) {
    assert.deepEqual(await titlesOf(number), ["Đường Kách mệnh"], number);
  }
});

test("a facet filters, and still counts what its other values would find", async () => {
  const found = await union.search("hoa binh", facet("library", hue.id));
  assert.equal(found.total, 1n);
  const values = (name: string) => found.facets.find((one) => one.name === name)?.values ?? [];
  assert.deepEqual(
    values("library")
      .map(({ value, label, count }) => [value, label, count])
      .sort((a, b) => (String(a) < String(b) ? -1 : 1)),
    [
      [hanoi.id, "Thư viện Hà Nội", 1n],
      [hue.id, "Thư viện Huế", 1n],
    ],
  );
  assert.deepEqual(
    values("province")
      .map(({ value, label }) => `${value} ${label}`)
      .sort(),
    ["01 Hà Nội", "46 Huế"],
  );
  assert.deepEqual(await titlesOf("", facet("kind", "audio")), ["Viện thư mới"]);
  assert.deepEqual(await titlesOf("", facet("language", "eng")), ["Thư viện học đại cương"]);
  assert.deepEqual(
    await titlesOf("", facet("year", "1927", "1978")).then((titles) => titles.sort()),
    ["Hoà bình", "Đường Kách mệnh"].sort(),
  );
});

test("a title held by two libraries is one hit that names both", async () => {
  const [hit] = (await union.search("hoà bình")).hits;
  assert.deepEqual(
    hit?.holdings
      .map(({ libraryId, controlNumber, libraryName, province }) => [libraryId, controlNumber, libraryName, province])
      .sort(),
    [
      [hanoi.id, "5", "Thư viện Hà Nội", "01"],
      [hue.id, "1", "Thư viện Huế", "46"],
    ],
  );
});

test("what circulation says is found within two seconds; late and repeated events change nothing", async () => {
  const { titleId } = (await hanoi.mapping()).get("4")!;
  const [first, second] = (await hanoi.title(titleId)).items;
  assert.deepEqual(
    (await hanoi.title(titleId)).items.map((item) => item.state),
    ["unknown", "unknown"],
  );
  assert((await titlesOf("", facet("availability", "unknown"))).includes("Xứ Huế mộng mơ"));
  assert.deepEqual(
    await titlesOf("", facet("availability", "on-loan")),
    [],
    "nobody has said that anything is on loan",
  );
  const available = async () => (await union.search("xứ huế")).hits[0]?.available;
  const begun = Date.now();
  await union.itemIs(first!.id, ItemState.AVAILABLE, 5n << 40n);
  await until(available, (count) => count === 1, 2_000);
  assert(Date.now() - begun < 2_000);
  assert.deepEqual(await titlesOf("", facet("availability", "available")), ["Xứ Huế mộng mơ"]);
  assert.deepEqual(
    await titlesOf("", { facets: [...facet("availability", "available").facets, ...facet("library", hue.id).facets] }),
    [],
  );

  await union.itemIs(second!.id, ItemState.ON_LOAN, 9n << 40n);
  await union.itemIs(second!.id, ItemState.AVAILABLE, 8n << 40n);
  await union.itemIs(first!.id, ItemState.AVAILABLE, 5n << 40n);
  await union.indexed();
  assert.equal(await available(), 1);
  assert.deepEqual(
    (await hanoi.title(titleId)).items.map((item) => item.state),
    ["available", "on-loan"],
  );
  await union.itemIs(first!.id, ItemState.ON_LOAN, 6n << 40n);
  await until(available, (count) => count === 0, 2_000);
  assert((await titlesOf("", facet("availability", "on-loan"))).includes("Xứ Huế mộng mơ"));
});

test("pages follow one another without a gap or a repetition, in every order", async () => {
  for (const sort of ["", "newest", "title"]) {
    const whole = await titlesOf("", { sort });
    const paged: string[] = [];
    let after = "";
    do {
      const page = await union.search("", { sort, size: 3, after });
      paged.push(...page.hits.map((hit) => hit.title));
      after = page.next;
    } while (after !== "");
    assert.deepEqual(paged, whole, sort);
  }
});

test("titles are ordered as a Vietnamese list", async () => {
  const titles = await titlesOf("", { sort: "title" });
  assert.deepEqual(titles.slice(0, 3), ["Bàn nước", "Bán nước", "Đường Kách mệnh"]);
  assert.deepEqual(
    titles.slice(-5),
    ["Ma", "Má", "Mạ", "Thư viện học đại cương", "Viện thư mới", "Xứ Huế mộng mơ"].slice(-5),
  );
});

test("the token of another query is bad input", async () => {
  const { next } = await union.search("", { size: 1 });
  await assert.rejects(union.search("ma", { after: next }), { kind: "bad-input" });
  await assert.rejects(union.search("ma", { after: "nonsense" }), { kind: "bad-input" });
});

test("what was mistyped and finds nothing is answered with what may have been meant", async () => {
  const found = await union.search("duong kachh menh");
  assert.deepEqual([found.total, found.didYouMean], [0n, "Đường Kách mệnh"]);
  assert.equal((await union.search("qwertyuiop")).didYouMean, "");
});

test("the beginning of a title or a name is completed, with marks or without", async () => {
  const suggested = async (query: string) =>
    (await (await union.nobody()).suggest({ query })).suggestions.map(({ text }) => text);
  assert.deepEqual(await suggested("duong k"), ["Đường Kách mệnh"]);
  assert.deepEqual(await suggested("đường kách"), ["Đường Kách mệnh"]);
  assert.deepEqual(await suggested("pham h"), ["Phạm Hổ"]);
  assert.equal((await suggested("bàn n"))[0], "Bàn nước");
  assert.deepEqual(await suggested(""), []);
});

test("a title of a record that was changed is found by what it is now", async () => {
  const before = await union.aLibrary("VN-SEA0003");
  await before.imports(aRecord({ number: "1", title: "Cũ kỹ" }));
  await union.indexed();
  assert.deepEqual(await titlesOf("cũ kĩ"), ["Cũ kỹ"]);
  await before.imports(aRecord({ number: "1", title: "Tinh khôi" }));
  await union.indexed();
  assert.deepEqual(await titlesOf("cu ky"), []);
  assert.deepEqual(await titlesOf("tinh khôi"), ["Tinh khôi"]);
  await before.imports(aRecord({ number: "1", title: "Tinh khôi", status: "d" }));
  await union.indexed();
  assert.deepEqual(await titlesOf("tinh khôi"), []);
});
