import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { republish } from "@lienthong/bus/republish.ts";
import { sql } from "@lienthong/database/transaction.ts";
import { ItemChanged, RecordChanged, TitleChanged } from "@lienthong/proto/catalogue/v1/events.ts";
import { ItemState } from "@lienthong/proto/circulation/v1/states.ts";
import { BranchChanged, CardChanged, LibraryChanged } from "@lienthong/proto/identity/v1/events.ts";
import { CardState, LibraryKind, PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import { circulation } from "../service.ts";
import { aLibrary, aTitle, given, moveRecord, reader, whereIs } from "./library.ts";
import { aCode, aWorld, nextVersion, theService, type World } from "./world.ts";

let world: World;
before(async () => {
  world = await aWorld();
});
after(() => world.stop());

const anItem = (fields: Partial<ItemChanged>): ItemChanged => ({
  ...{ id: randomUUID(), version: nextVersion(), libraryId: "VN-000001P", recordId: randomUUID(), titleId: "u1" },
  ...{ barcode: "B1", callNumber: "", location: "", itemType: "book", forLoan: true, withdrawn: false },
  ...{ title: "Số đỏ", author: "Vũ Trọng Phụng" },
  ...fields,
});
const rowOf = async (table: "item" | "title" | "library" | "branch" | "patron" | "record", id: string) => {
  const tables = {
    item: sql`select to_jsonb(item) as row from item where id::text = ${id}`,
    title: sql`select to_jsonb(known) as row from title known where id = ${id}`,
    library: sql`select to_jsonb(library) as row from library where id = ${id}`,
    branch: sql`select to_jsonb(branch) as row from branch where id::text = ${id}`,
    patron: sql`select to_jsonb(patron) as row from patron where id::text = ${id}`,
    record: sql`select to_jsonb(record) as row from record where id::text = ${id}`,
  };
  const [found] = await world.rows<{ row: Record<string, unknown> }>(theService, tables[table]);
  return found?.row;
};

test("an old description that arrives late changes nothing; a repeated one neither; the same version repairs", async () => {
  const old = anItem({ title: "Số Đỏ (cũ)" });
  const item = { ...old, version: nextVersion(), title: "Số đỏ", barcode: "B2" };
  const event = randomUUID();
  await world.service.hears(ItemChanged, item, event);
  const before = await rowOf("item", item.id);
  const announced = (await world.service.announced()).length;
  await world.service.hears(ItemChanged, old);
  assert.deepEqual(await rowOf("item", item.id), before);
  await world.service.hears(ItemChanged, item, event);
  await world.service.hears(ItemChanged, item);
  assert.deepEqual(await rowOf("item", item.id), before);
  assert.equal((await world.service.announced()).length, announced);
});

test("the same event id with another body is not applied", async () => {
  const item = anItem({});
  const event = randomUUID();
  await world.service.hears(ItemChanged, item, event);
  await world.service.hears(ItemChanged, { ...item, version: nextVersion(), title: "Giả" }, event);
  assert.equal((await rowOf("item", item.id))?.title, "Số đỏ");
});

test("every projection keeps the newest it has heard, in whatever order it hears", async () => {
  const library = aCode();
  const [branch, card, record] = [randomUUID(), randomUUID(), randomUUID()];
  const versions = [nextVersion(), nextVersion(), nextVersion()] as const;
  const told = (n: 0 | 1 | 2) => {
    const version = versions[n];
    const name = `tên ${n}`;
    return [
      world.service.hears(LibraryChanged, {
        ...{ id: library, version, name, kind: LibraryKind.PUBLIC, province: "46", active: true, altIds: [] },
        provinceName: "",
      }),
      world.service.hears(BranchChanged, {
        ...{ id: branch, version, libraryId: library, name, province: "46", commune: "", pickup: true },
        ...{ active: true, address: "" },
      }),
      world.service.hears(CardChanged, {
        ...{ id: card, version, libraryId: library, personId: card, category: PatronCategory.ADULT, loa: n },
        state: CardState.ACTIVE,
      }),
      world.service.hears(RecordChanged, {
        id: record,
        version,
        libraryId: library,
        controlNumber: "1",
        titleId: name,
      }),
      world.service.hears(TitleChanged, {
        ...{ id: record, version, title: name, author: "", publisher: "", year: "", language: "", kind: "" },
        gone: false,
      }),
    ];
  };
  for (const n of [1, 2, 0] as const) await Promise.all(told(n));
  assert.equal((await rowOf("library", library))?.name, "tên 2");
  assert.equal((await rowOf("branch", branch))?.name, "tên 2");
  assert.equal((await rowOf("patron", card))?.loa, 2);
  assert.equal((await rowOf("record", record))?.title_id, "tên 2");
  assert.equal((await rowOf("title", record))?.title, "tên 2");
});

test("a record's title heard before or after its item comes out the same", async () => {
  const version = nextVersion();
  const first = anItem({ titleId: "u-old" });
  await moveRecord(world, first.recordId, "u-new", version);
  await world.service.hears(ItemChanged, first);
  assert.equal((await rowOf("record", first.recordId))?.title_id, "u-new");
  const second = anItem({ titleId: "u-old" });
  await world.service.hears(ItemChanged, second);
  assert.equal((await rowOf("record", second.recordId))?.title_id, "u-old");
  await moveRecord(world, second.recordId, "u-new", version);
  assert.equal((await rowOf("record", second.recordId))?.title_id, "u-new");
});

test("a description that changes while the item is out does not bring it home", async () => {
  const hue = await aLibrary(world);
  const item = await hue.anItem();
  given(await hue.checksOut(item, await hue.aPatron()));
  const description = anItem({ id: item.id, libraryId: hue.id, barcode: item.barcode, recordId: item.title.recordId });
  await world.service.hears(ItemChanged, { ...description, forLoan: false });
  assert.equal(await whereIs(world, item), `ON_LOAN ${hue.id}`);
  given(await hue.checksIn(item));
  assert.equal(await whereIs(world, item), "NOT_FOR_LOAN");
  await world.service.hears(ItemChanged, { ...description, version: nextVersion(), withdrawn: true });
  assert.equal(await whereIs(world, item), "WITHDRAWN");
  await world.service.hears(ItemChanged, { ...description, version: nextVersion(), forLoan: true });
  assert.equal(await whereIs(world, item), "AVAILABLE");
});

test("versions of one aggregate rise by one, without a hole", async () => {
  const hue = await aLibrary(world);
  const item = await hue.anItem();
  for (let n = 0; n < 3; n += 1) {
    given(await hue.checksOut(item, await hue.aPatron()));
    given(await hue.checksIn(item));
  }
  const versions = (await world.service.announced())
    .filter((event) => event.aggregate === item.id)
    .map((event) => event.version);
  const [first] = versions;
  assert.ok(first !== undefined && first > 2n ** 40n);
  assert.deepEqual(
    versions,
    versions.map((_, n) => first + BigInt(n)),
  );
});

test("everything can be told again as it is now", async () => {
  const [hanoi, hue] = [await aLibrary(world), await aLibrary(world)];
  const title = await aTitle(world);
  const item = await hanoi.anItem({ of: title });
  given(await (await reader(world, await hue.aPatron())).holds(title, hue.main));
  given(await hanoi.checksIn(item));
  const before = await world.service.announced();
  const pages = await republish(world.service.database, "circulation", circulation.retells, { libraryId: hanoi.id });
  assert.ok(pages >= circulation.retells.length);
  const again = (await world.service.announced()).slice(before.length);
  assert.deepEqual(again.map((event) => event.type).sort(), ["ItemAvailabilityChanged", "TransitChanged"]);
  const last = before.findLast((event) => event.aggregate === item.id);
  const told = again.find((event) => event.aggregate === item.id);
  assert.deepEqual(told?.event, last?.event);
  assert.equal((told?.event as { state: string } | undefined)?.state, ItemState.IN_TRANSIT);
  await republish(world.service.database, "circulation", circulation.retells);
});
