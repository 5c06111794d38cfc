import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
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
