import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Actor } from "@lienthong/auth/actor.ts";
import { all, raw, run, sql, type Sql } from "@lienthong/database/transaction.ts";
import { CatalogueServiceService } from "@lienthong/proto/catalogue/v1/service.ts";
import { HoldUnfilled } from "@lienthong/proto/circulation/v1/events.ts";
import { everyone, expectedOf, type Who, whoMay } from "@lienthong/testing/who-may.ts";
import { permissions } from "../permissions.ts";
import { aRecord, asCatalogue, aUnion, type TestLibrary, type Union } from "./union.ts";

let union: Union;
let hue: TestLibrary;
let hanoi: TestLibrary;
/** An import of Hà Nội that has ended, with one record in quarantine. */
let importId: string;
before(async () => {
  union = await aUnion();
  hue = await union.aLibrary("VN-WHM0001");
  hanoi = await union.aLibrary("VN-WHM0002");
  const tale = { title: "Dế mèn phiêu lưu ký", author: "Tô Hoài" };
  const twice = [aRecord({ ...tale, number: "1", barcodes: ["DM.1"] }), aRecord({ ...tale, number: "1" })];
  importId = (await hanoi.imports(...twice, aRecord({ number: "2", title: "Tắt đèn" }))).id;
  const wished = { titleId: "u1", title: "Lão Hạc", author: "Nam Cao" };
  await union.hears(HoldUnfilled, { id: randomUUID(), version: 2n ** 40n, libraryId: hanoi.id, ...wished });
});
after(() => union.stop());

const allowed: Record<keyof typeof permissions, readonly Who[]> = {
  startImport: ["cataloguer"],
  getImport: ["cataloguer"],
  listImports: ["cataloguer"],
  cancelImport: ["cataloguer"],
  listQuarantine: ["cataloguer"],
  setItemProfile: ["cataloguer"],
  listReview: ["cataloguer"],
  decideMatch: ["cataloguer"],
  titleMapping: ["manager"],
  listUnmet: ["manager"],
  search: everyone,
  suggest: everyone,
  getTitle: everyone,
};

test("every call lets in those whom the table names, and nobody else", async () => {
  assert.deepEqual(Object.keys(allowed).sort(), Object.keys(CatalogueServiceService).sort());
  assert.deepEqual(await whoMay(union, CatalogueServiceService, permissions, hue.id), expectedOf(allowed));
});

test("what is another library's is not there for staff who ask for it by its id", async () => {
  const { cataloguer, manager } = hue;
  const [first, second] = [...(await hanoi.mapping()).values()];
  const decision = { a: first!.recordId, b: second!.recordId, says: "same", reason: "" };
  const foreign: [call: string, asked: () => Promise<unknown>][] = [
    ["getImport", () => cataloguer.getImport({ id: importId })],
    ["listQuarantine", () => cataloguer.listQuarantine({ importId, after: 0n, reason: "" })],
    ["cancelImport", () => cataloguer.cancelImport({ id: importId })],
    ["decideMatch", () => cataloguer.decideMatch(decision)],
    ["titleMapping", () => manager.titleMapping({ libraryId: hanoi.id, after: "", size: 0 })],
    ["listUnmet", () => manager.listUnmet({ libraryId: hanoi.id })],
  ];
  for (const [call, asked] of foreign) await assert.rejects(asked, { kind: "not-found" }, call);
});

test("lists that name no library hold the caller's own rows only", async () => {
  const { cataloguer, manager } = hue;
  assert.deepEqual((await cataloguer.listImports({ before: "" })).imports, []);
  assert.deepEqual((await cataloguer.listReview({ after: "" })).pairs, []);
  assert.deepEqual((await manager.titleMapping({ libraryId: "", after: "", size: 0 })).records, []);
  assert.deepEqual((await manager.listUnmet({ libraryId: "" })).titles, []);
  assert.equal((await hanoi.quarantine(importId)).length, 1);
  assert.equal((await hanoi.mapping()).size, 2);
  assert.equal((await hanoi.manager.listUnmet({ libraryId: "" })).titles.length, 1);
});

const cataloguerOf = ({ id }: TestLibrary): Actor => ({
  kind: "staff",
  id: "account",
  personId: randomUUID(),
  libraryId: id,
  roles: [{ name: "librarian.cataloguer", libraryId: id }],
  loa: 2,
});
const seen = (actor: Actor, rows: Sql) =>
  union.database.transact(actor, async (tx) => (await all<object>(tx, rows)).length);
const touched = (actor: Actor, statement: Sql) => union.database.transact(actor, (tx) => run(tx, statement));

test("rows about a library's imports and wishes are visible to that library, whatever the code asks for", async () => {
  const tables = {
    import: sql`select id from import`,
    quarantine: sql`select seq from quarantine`,
    source: sql`select id from source`,
    wish: sql`select hold_id from wish`,
  };
  for (const [table, rows] of Object.entries(tables)) {
    assert.ok((await seen(cataloguerOf(hanoi), rows)) > 0, table);
    assert.equal(await seen(cataloguerOf(hue), rows), 0, table);
  }
});

test("another library changes and makes no rows of imports, even by hand", async () => {
  const stranger = cataloguerOf(hue);
  assert.equal(await touched(stranger, sql`update import set state = 'CANCELLED'`), 0);
  assert.equal(await touched(stranger, sql`update import set library_id = ${hue.id} where id = ${importId}`), 0);
  assert.equal(await touched(stranger, sql`delete from quarantine`), 0);
  assert.equal(await touched(stranger, sql`delete from import where id = ${importId}`), 0);
  assert.equal(await touched(stranger, sql`delete from wish`), 0);
  const forged = [
    sql`
    insert into import (library_id, file_name, file_hash, format, encoding, size_bytes)
    values (${hanoi.id}, 'x', ${"0".repeat(64)}, 'iso2709', '', 1)`,
    sql`
    insert into quarantine (import_id, seq, library_id, byte_offset, byte_length, reason, detail, control_number, bytes)
    values (${importId}, 99, ${hanoi.id}, 0, 0, '', '', '', '')`,
    sql`insert into item_profile (library_id, field) values (${hanoi.id}, '852')`,
  ];
  for (const statement of forged) await assert.rejects(touched(stranger, statement), /row-level security/);
});

// Which records are one title concerns all libraries: that is the service's own work, whoever asked for it. A call takes
// that step after it has found a record of the caller's own library; imports write as the service.
test("records, items and titles are written by the service alone, whatever a transaction says of itself", async () => {
  for (const actor of [cataloguerOf(hue), cataloguerOf(hanoi)]) {
    const forming = sql`
      with said as (select set_config('lt.titles', 'yes', true)) update record set deleted = true where (select true from said)`;
    assert.equal(await touched(actor, forming), 0);
    for (const note of [
      "match_key",
      "record_to_compare",
      "title_to_index",
      "title_to_mark",
      "search_index",
      "import_met",
    ])
      assert.deepEqual(await touched(actor, sql`delete from ${raw(note)}`), 0, note);
    assert.equal(await touched(actor, sql`update record set deleted = true`), 0);
    assert.equal(await touched(actor, sql`update item set withdrawn = true`), 0);
    assert.equal(await touched(actor, sql`update title set gone = true`), 0);
    assert.equal(await touched(actor, sql`delete from item`), 0);
  }
  const written = sql`
    select id from record where deleted
    union all select id from item where withdrawn`;
  assert.equal(await seen(asCatalogue, written), 0);
  assert.equal(await seen(asCatalogue, sql`select id from item where library_id = ${hanoi.id}`), 1);
});
