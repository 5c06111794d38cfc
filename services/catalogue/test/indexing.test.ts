import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ItemState } from "@lienthong/proto/circulation/v1/states.ts";
import { until } from "@lienthong/testing/until.ts";
import { markForIndexLater } from "../indexing/mark.ts";
import { Line } from "./line.ts";
import { aRecord, asCatalogue, aUnion, type TestLibrary, type Union } from "./union.ts";

let line: Line;
let union: Union;
let hanoi: TestLibrary;
let titleId: string;
before(async () => {
  line = await Line.lay();
  union = await aUnion({ OPENSEARCH_URL: line.url });
  hanoi = await union.aLibrary("VN-MARKS01");
  await hanoi.imports(aRecord({ number: "1", title: "Nói mãi", barcodes: ["N1"] }));
  await union.indexed();
  titleId = (await hanoi.mapping()).get("1")!.titleId;
});
after(async () => {
  await union.stop();
  line.cut();
});

test("a new title is found while circulation never stops speaking of others", async () => {
  let speaking = true;
  const speak = async () => {
    while (speaking) await union.database.transact(asCatalogue, (tx) => markForIndexLater(tx, [titleId]));
  };
  const speakers = Array.from({ length: 4 }, speak);
  try {
    await hanoi.imports(aRecord({ number: "2", title: "Chen ngang" }));
    await until(
      () => union.search("chen ngang"),
      ({ total, limited }) => total === 1n && !limited,
      20_000,
    );
  } finally {
    speaking = false;
    await Promise.all(speakers);
  }
});

test("what circulation says does not heap up while the search server is away, and is found when it is back", async () => {
  const [item] = (await hanoi.title(titleId)).items;
  const heaped = () =>
    union.database.transact(asCatalogue, async (tx) => {
      const { rows } = await tx.client.query<{ n: number }>("select count(*)::int as n from title_to_mark");
      return rows[0]?.n ?? 0;
    });
  line.cut();
  try {
    // For longer than it takes until the index is looked at again.
    for (const begun = performance.now(); performance.now() - begun < 8_000; ) {
      await union.itemIs(item!.id, ItemState.AVAILABLE);
      await until(heaped, (n) => n === 0, 20_000);
    }
  } finally {
    await line.mend();
  }
  const { hits } = await until(
    () => union.search("noi mai"),
    ({ hits: [hit], limited }) => !limited && hit?.available === 1,
    30_000,
  );
  assert.equal(hits.length, 1);
});
