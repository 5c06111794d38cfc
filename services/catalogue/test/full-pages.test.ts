import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { DataField } from "@lienthong/marc/record.ts";
import { Line, openSearch } from "./line.ts";
import { aRecord, aUnion, type Said, type TestLibrary, type Union } from "./union.ts";

// Three bytes a letter, as toned Vietnamese ones have, to the last letter that is kept.
const full = (text: string, characters = 500) => `${text} `.padEnd(characters, "ệộế");
const field = (tag: string, ...subfields: [code: string, value: string][]): DataField => ({
  ...{ tag, ind1: " ", ind2: " " },
  subfields: subfields.map(([code, value]) => ({ code, value })),
});
const isbn = "9786041000063";

/** A record as full as somebody can write it. */
const aFullRecord = (said: Said) => {
  const subjects = Array.from({ length: 30 }, (_, n) => field("650", ["a", full(`Chủ đề ${n}`)]));
  const texts = { author: full("Tác giả"), publisher: full("Nhà xuất bản"), pages: full("300 tr.") };
  return aRecord({ ...texts, ...said, more: [...subjects, field("250", ["a", full("In lần 2")])] });
};

let line: Line;
let union: Union;
let hanoi: TestLibrary;
before(async () => {
  line = await Line.lay();
  union = await aUnion({ OPENSEARCH_URL: line.url });
  hanoi = await union.aLibrary("VN-FULL001", { name: full("Thư viện", 200) });
  await hanoi.imports(
    ...Array.from({ length: 50 }, (_, n) => aFullRecord({ number: `${n}`, title: full(`Đầy ắp ${n}`) })),
    // Nine records of one edition with sixty copies each, and of each copy all that is kept.
    ...Array.from({ length: 9 }, (_, n) => {
      const copies = Array.from({ length: 60 }, (_copy, copy) =>
        field("952", ["p", full(`C${n}.${copy}`, 100)], ["o", full("895", 200)], ["c", full("Kho", 200)]),
      );
      return aRecord({ number: `c${n}`, title: "Nhiều bản", isbn, more: copies });
    }),
  );
  await union.indexed();
});
afterEach(() => line.mend());
after(async () => {
  await union.stop();
  line.cut();
});

test("fifty titles with records as full as can be are one page", async () => {
  const { hits, total } = await union.search("day ap", { size: 50 });
  assert.deepEqual([hits.length, total], [50, 50n]);
  assert(hits.every((hit) => hit.subjects.length > 8 && hit.author.length > 400));
});

test("what a release before kept of each does not fit: pages are shorter, and none is left out between them", async () => {
  const subjects = Array.from({ length: 30 }, (_, n) => full(`Chủ đề ${n}`));
  const reply = await fetch(`${openSearch}/${process.env.SEARCH_INDEX ?? ""}/_update_by_query?refresh=true`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ script: { source: "ctx._source.hit.subjects = params.subjects", params: { subjects } } }),
  });
  assert(reply.ok, await reply.text());
  const pages: string[][] = [];
  let next = "";
  do {
    const page = await union.search("day ap", { size: 50, after: next });
    assert(page.hits.length > 0);
    pages.push(page.hits.map((hit) => hit.id));
    next = page.next;
  } while (next !== "");
  const lengths = pages.map((page) => page.length);
  assert(lengths.length > 2 && lengths[0]! > 10, `pages of ${lengths.join(", ")} titles`);
  assert.equal(new Set(pages.flat()).size, 50);
});

test("they are one page also while the search server is away", async () => {
  line.cut();
  const { hits, limited } = await union.search("day ap", { size: 50 });
  assert.deepEqual([hits.length, limited], [50, true]);
});

test("a title with hundreds of copies opens, whatever was written on each of them", async () => {
  const { titleId } = (await hanoi.mapping()).get("c0")!;
  const { brief, items } = await hanoi.title(titleId);
  assert.equal(brief?.items, 540);
  assert(items.length > 300, `${items.length} copies are shown`);
});
