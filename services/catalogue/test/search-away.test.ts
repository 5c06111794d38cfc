import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { ItemState } from "@lienthong/proto/circulation/v1/states.ts";
import { until } from "@lienthong/testing/until.ts";
import { Line, openSearch } from "./line.ts";
import { aRecord, aUnion, type TestLibrary, type Union } from "./union.ts";

let line: Line;
let union: Union;
let hanoi: TestLibrary;
const isbn = "9786041000063";
before(async () => {
  line = await Line.lay();
  union = await aUnion({ OPENSEARCH_URL: line.url });
  hanoi = await union.aLibrary("VN-AWAY001");
  await hanoi.imports(
    aRecord({ number: "1", title: "Truyện Kiều", author: "Nguyễn Du", isbn, barcodes: ["A1"] }),
    aRecord({ number: "2", title: "Bình giảng Truyện Kiều", author: "Đào Duy Anh", barcodes: ["A2"] }),
    ...Array.from({ length: 30 }, (_, n) => aRecord({ number: `m${n}`, title: `Mục lục ${n}`, barcodes: [`M${n}`] })),
  );
  await union.indexed();
});
afterEach(async () => {
  await line.mend();
  await whole();
});
after(async () => {
  await union.stop();
  line.cut();
});

const index = () => process.env.SEARCH_INDEX ?? "";
const searchServer = async (method: string, path: string, body?: object) => {
  const init = body ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {};
  const reply = await fetch(`${openSearch}${path}`, { method, ...init });
  assert(reply.ok || reply.status === 404, `${method} ${path}: ${reply.status} ${await reply.text()}`);
};
const found = async (query: string) => {
  const { hits, limited } = await union.search(query);
  return { titles: hits.map((hit) => hit.title), limited };
};
const pairs = (subfields: Record<string, string>) =>
  Object.entries(subfields).map(([code, value]) => ({ code, value }));
/** Waits until search finds everything again, as before. */
const whole = () =>
  until(
    () => union.search("muc luc"),
    ({ limited, total }) => !limited && total === 30n,
    30_000,
  );

test("F19: without the search server titles are found by their words, authors and numbers, and it is said to be limited", async () => {
  line.cut();
  assert.deepEqual(await found("truyen kieu"), { titles: ["Truyện Kiều", "Bình giảng Truyện Kiều"], limited: true });
  assert.deepEqual(await found("Kiều Nguyễn Du"), { titles: ["Truyện Kiều"], limited: true });
  assert.deepEqual(await found("978-604-1-00006-3"), { titles: ["Truyện Kiều"], limited: true });
  assert.deepEqual(await found("khong co gi"), { titles: [], limited: true });
  await assert.rejects(union.search(""), { kind: "unavailable" }, "a list of everything is not to be had");
});

test("F19: what a reader chose, and the order they asked for, hold as they do with the search server", async () => {
  const hue = await union.aLibrary("VN-AWAY002", { province: "46" });
  const readHere = { tag: "952", ind1: " ", ind2: " ", subfields: pairs({ p: "H4", 7: "1" }) };
  await hanoi.imports(
    aRecord({ number: "h1", title: "Chọn ông", year: "1999", barcodes: ["H1"] }),
    aRecord({ number: "h2", title: "Chọn anh", year: "2001", kind: "audio", barcodes: ["H2"] }),
    aRecord({ number: "h3", title: "Chọn em", year: "2010", language: "eng" }),
    aRecord({ number: "h4", title: "Chọn bà", year: "1987", more: [readHere] }),
  );
  await hue.imports(
    aRecord({ number: "e1", title: "Chọn ông", year: "1999", barcodes: ["E1"] }),
    aRecord({ number: "e2", title: "Chọn ăn", year: "2015", barcodes: ["E2"] }),
  );
  const is = async (library: TestLibrary, number: string, state: ItemState) => {
    const { items } = await library.title((await library.mapping()).get(number)!.titleId);
    await union.itemIs(items.find((item) => item.libraryId === library.id)!.id, state);
  };
  await is(hanoi, "h1", ItemState.ON_LOAN);
  await is(hue, "e1", ItemState.AVAILABLE);
  await is(hanoi, "h2", ItemState.ON_LOAN);
  await union.indexed();

  const choices: [name: string, ...values: string[]][][] = [
    [],
    ...[hanoi, hue].map(({ id }): [string, string][] => [["library", id]]),
    [["library", "VN-AWAY009"]],
    [["province", "46"]],
    [["kind", "audio", "book"]],
    [["kind", "audio"]],
    [["language", "eng"]],
    [["year", "1999", "2001"]],
    ...["available", "on-loan", "on-site", "unknown", "none"].map((value): [string, string][] => [
      ["availability", value],
    ]),
    ...["available", "on-loan"].flatMap((value) =>
      [hanoi, hue].map(({ id }): [string, string][] => [
        ["library", id],
        ["availability", value],
      ]),
    ),
    [
      ["province", "01"],
      ["availability", "available", "on-site"],
      ["year", "1987", "1999"],
    ],
  ];
  const answers = async () => {
    const all: object[] = [];
    for (const sort of ["newest", "title"]) {
      for (const chosen of choices) {
        const facets = chosen.map(([name, ...values]) => ({ name, values }));
        const { hits, total, limited } = await union.search("chon", { facets, sort });
        all.push({ sort, facets, titles: hits.map((hit) => hit.title), total, limited });
      }
    }
    return all;
  };
  const whenThere = await answers();
  line.cut();
  assert.deepEqual(
    await answers(),
    whenThere.map((answer) => ({ ...answer, limited: true })),
  );
  const ofHue = { facets: [{ name: "library", values: [hue.id] }], sort: "title" };
  assert.deepEqual(
    (await union.search("chon", ofHue)).hits.map((hit) => hit.title),
    ["Chọn ăn", "Chọn ông"],
  );
});

test("F19: meanwhile records are taken in and found at once, titles open, and the index catches up", async () => {
  line.cut();
  const done = await hanoi.imports(aRecord({ number: "c1", title: "Trong lúc đứt mạng", barcodes: ["C1"] }));
  assert.equal(done.added, 1n);
  assert.deepEqual(await found("dut mang"), { titles: ["Trong lúc đứt mạng"], limited: true });
  const { titleId } = (await hanoi.mapping()).get("c1")!;
  assert.equal((await hanoi.title(titleId)).items.length, 1);
  await line.mend();
  await until(
    () => found("dut mang"),
    ({ limited, titles }) => !limited && titles.length === 1,
    20_000,
  );
});

test("F19: a search server that hangs keeps three readers waiting two seconds, and then nobody", async () => {
  line.swallow();
  const took = async () => {
    const begun = performance.now();
    assert.equal((await found("truyen kieu")).limited, true);
    return performance.now() - begun;
  };
  for (let reader = 0; reader < 3; reader += 1) assert((await took()) < 2_500);
  assert((await took()) < 500, "the server is left alone for a while");
});

test("F19: an index that was deleted is filled anew by itself, also when nobody imports anything", async () => {
  await searchServer("DELETE", `/${index()}-*`);
  assert.deepEqual((await found("truyen kieu")).titles, ["Truyện Kiều", "Bình giảng Truyện Kiều"]);
  await whole();
});

test("F19: an index of another layout under our name is replaced by ours", async () => {
  await searchServer("DELETE", `/${index()}-*`);
  await searchServer("PUT", `/${index()}`, { mappings: { properties: { holders: { type: "text" } } } });
  assert.equal((await found("truyen kieu")).limited, true);
  await whole();
});

test("F19: an index whose shards are nowhere is searched in the database, and served again when they are back", async () => {
  const { indices } = (await (await fetch(`${openSearch}/_resolve/index/${index()}-*`)).json()) as {
    indices: { name: string }[];
  };
  const live = indices[0]?.name ?? "";
  const nowhere = (name: string | null) =>
    searchServer("PUT", `/${live}/_settings`, { "index.routing.allocation.require._name": name });
  await searchServer("POST", `/${live}/_close`);
  await nowhere("nobody");
  await searchServer("POST", `/${live}/_open?wait_for_active_shards=0`);
  try {
    assert.deepEqual(await found("truyen kieu"), {
      titles: ["Truyện Kiều", "Bình giảng Truyện Kiều"],
      limited: true,
    });
    assert.equal((await hanoi.imports(aRecord({ number: "r1", title: "Lúc màu đỏ" }))).added, 1n);
  } finally {
    await nowhere(null);
  }
  await until(
    () => found("luc mau do"),
    ({ limited, titles }) => !limited && titles.length === 1,
    40_000,
  );
});
