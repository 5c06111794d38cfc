import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serviceActor } from "@lienthong/auth/actor.ts";
import { republish, retelling } from "@lienthong/bus/republish.ts";
import { type Database, openDatabase } from "@lienthong/database/database.ts";
import { all, run, sql } from "@lienthong/database/transaction.ts";
import { LoanChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { loanOf } from "../bus-stage.ts";
import { type TestDatabase, testDatabase } from "../test-database.ts";

const loans = 1_000;

let made: TestDatabase;
let database: Database;
before(async () => {
  made = await testDatabase("frame", import.meta.dirname);
  database = openDatabase(made.app, () => {});
  await database.transact(serviceActor("circulation"), (tx) =>
    run(tx, sql`insert into counter (library_id, value) select 'VN-000001P', n from generate_series(1, ${loans}) n`),
  );
});
after(async () => {
  await database.close();
  await made.drop();
});

/** Tells loans again; the nth page is not told, as when the process is killed in it. */
function tellsUntil(killed: number) {
  let pages = 0;
  return retelling(LoanChanged, async (tx, _extent, after, limit) => {
    pages += 1;
    if (pages === killed) throw new Error("killed");
    const rows = await all<{ id: string; version: bigint; value: number }>(
      tx,
      sql`select id::text, version, value from counter where id::text > ${after} order by id::text limit ${limit}`,
    );
    return rows.map((row) => loanOf(row.id, row.version, row.value));
  });
}
const told = async () => {
  const { rows } = await database.frame.query(
    "select count(*)::integer as events, count(distinct aggregate)::integer as loans from outbox",
  );
  return rows[0];
};

test("a republish that was killed goes on with the page in which it was, and asked for anew it tells all", async () => {
  const tells = (killed: number, name: string) =>
    republish(database, "circulation", [tellsUntil(killed)], {}, undefined, name);
  await assert.rejects(tells(4, "first"), /killed/);
  assert.deepEqual(await told(), { events: 600, loans: 600 });
  await tells(0, "first");
  assert.deepEqual(await told(), { events: loans, loans });

  await tells(0, "second");
  assert.deepEqual(await told(), { events: 2 * loans, loans });
  assert.equal((await database.frame.query("select from republish_progress")).rowCount, 0);
});
