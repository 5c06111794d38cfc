import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openLog } from "@lienthong/telemetry/log.ts";
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

const total = async (query: string) => Number((await union.search(query)).total);

test("the index is filled anew while search goes on and titles change; the old one goes when the new one is whole", async () => {
  const { rebuildIndex } = await import("../search/rebuild.ts");
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
  const rebuilt = rebuildIndex(
    (step) => union.database.transact(asCatalogue, step),
    openLog("catalogue", "silent"),
    new AbortController().signal,
  );
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
