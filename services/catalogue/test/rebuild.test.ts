import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "@lienthong/testing/until.ts";
import { openLog } from "@lienthong/telemetry/log.ts";
import type { As } from "@lienthong/database/transaction.ts";
import { Line, openSearch } from "./line.ts";
import { aRecord, asCatalogue, aUnion, type TestLibrary, type Union } from "./union.ts";

let line: Line;
let union: Union;
let hanoi: TestLibrary;
before(async () => {
  line = await Line.lay();
  union = await aUnion({ OPENSEARCH_URL: line.url });
  hanoi = await union.aLibrary("VN-INDEX1");
  await hanoi.imports(
    ...Array.from({ length: 40 }, (_, n) => aRecord({ number: `${n}`, title: `Chỉ mục ${n}`, barcodes: [`I${n}`] })),
  );
  await union.indexed();
});
after(async () => {
  await union.stop();
  line.cut();
});

/** Fills the index anew. */
async function rebuild(): Promise<void> {
  const { rebuildIndex } = await import("../search/rebuild.ts");
  const as: As = (step) => union.database.transact(asCatalogue, step);
  await rebuildIndex(as, openLog("catalogue", "silent"), new AbortController().signal);
}

const total = async (query: string) => Number((await union.search(query)).total);

test("the index is filled anew while search goes on and titles change; the old one goes when the new one is whole", async () => {
  const liveName = () =>
    union.database.transact(
      asCatalogue,
      async (tx) => (await tx.client.query("select name, state from search_index")).rows,
    );
  const [former] = await liveName();
  let searching = true;
  const counts: number[] = [];
  const searches = (async () => {
    while (searching) counts.push(await total("chi muc"));
  })();
  const rebuilt = rebuild();
  const changed = hanoi.imports(
    aRecord({ number: "0", title: "Đổi tên", barcodes: ["I0"] }),
    aRecord({ number: "100", title: "Chỉ mục mới" }),
    aRecord({ number: "1", title: "Chỉ mục 1", status: "d" }),
  );
  await Promise.all([rebuilt, changed]);
  await union.indexed();
  searching = false;
  await searches;
  const live = await liveName();
  assert.equal(live.length, 1);
  assert.equal(live[0].state, "LIVE");
  assert.notEqual(live[0].name, former.name);
  assert.equal((await fetch(`${openSearch}/${former.name}`)).status, 404);
  assert(
    counts.length > 0 && counts.every((count) => count >= 38 && count <= 41),
    `seen: ${[...new Set(counts)].join(", ")}`,
  );
  assert.equal(await total("chi muc"), 39);
  assert.equal(await total("đổi tên"), 1);
});

test("a title that is renamed while the index is filled keeps the words of its new name", async () => {
  await hanoi.imports(aRecord({ number: "200", title: "Tên trước" }));
  await union.indexed();
  const waiting = () =>
    union.database.transact(asCatalogue, async (tx) => {
      const statement =
        "select count(*)::int as n from pg_locks where relation = 'item_state'::regclass and not granted";
      return (await tx.client.query<{ n: number }>(statement)).rows[0]?.n ?? 0;
    });
  const stretches = 4;
  // Filling reads what titles show, then who has copies: here it has to wait, and the title changes in between.
  const { rebuilt } = await union.database.transact(asCatalogue, async (tx) => {
    await tx.client.query("lock table item_state in access exclusive mode");
    const filling = rebuild();
    await until(waiting, (n) => n >= stretches);
    await hanoi.imports(aRecord({ number: "200", title: "Danh sau" }));
    return { rebuilt: filling };
  });
  await rebuilt;
  line.cut();
  try {
    assert.deepEqual([await total("danh sau"), await total("ten truoc")], [1, 0]);
  } finally {
    await line.mend();
  }
});

test("titles that have no words yet get them when the index is filled", async () => {
  await union.database.transact(asCatalogue, (tx) => tx.client.query("delete from title_words"));
  await rebuild();
  line.cut();
  try {
    assert.equal(await total("chi muc"), 39);
  } finally {
    await line.mend();
  }
});
