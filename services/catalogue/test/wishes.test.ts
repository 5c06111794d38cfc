import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { HoldUnfilled } from "@lienthong/proto/circulation/v1/events.ts";
import { aUnion, type TestLibrary, type Union } from "./union.ts";

let union: Union;
let hue: TestLibrary;
let hanoi: TestLibrary;
before(async () => {
  union = await aUnion();
  hue = await union.aLibrary("VN-WSH0001");
  hanoi = await union.aLibrary("VN-WSH0002");
});
after(() => union.stop());

const inVain = (libraryId: string, titleId: string, title: string, id = randomUUID() as string) =>
  union.hears(HoldUnfilled, { id, version: 2n ** 40n + 9n, libraryId, titleId, title, author: "Nam Cao" });

test("a library sees what its readers waited for in vain, the most wanted first, and nothing of others", async () => {
  const once = randomUUID();
  await inVain(hue.id, "u1", "Chí Phèo", once);
  await inVain(hue.id, "u1", "Chí Phèo", once);
  await inVain(hue.id, "u2", "Sống mòn");
  await inVain(hue.id, "u2", "Sống mòn");
  await inVain(hanoi.id, "u3", "Lão Hạc");
  const { titles } = await hue.manager.listUnmet({ libraryId: hue.id });
  assert.deepEqual(
    titles.map(({ title, wished }) => [title, wished]),
    [
      ["Sống mòn", 2],
      ["Chí Phèo", 1],
    ],
  );
  await assert.rejects(hue.manager.listUnmet({ libraryId: hanoi.id }), { kind: "not-found" });
});
