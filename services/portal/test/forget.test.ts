import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { portal } from "../service.ts";
import { deskTurns } from "../session/desk-turns.ts";
import { forgetSessions, forgetSome } from "../session/forget.ts";
import { portalActor } from "../session/sessions.ts";
import { aSite, type TestSite } from "./site.ts";

let site: TestSite;
before(async () => {
  site = await aSite([]);
});
after(() => site.close());

const inDatabase = <T>(work: (tx: Transaction) => Promise<T>) => site.parts.database.transact(portalActor, work);
const rowsOf = (table: "session" | "desk_turn" | "desk_answer") =>
  inDatabase(async (tx) => (await tx.client.query(`select from ${table}`)).rowCount);

async function aDesk() {
  const session = await site.parts.sessions.of(await site.signedIn());
  assert.ok(session);
  return { session, turns: deskTurns(site.parts.database, site.parts.seal, session.idHash, "VN-HANOI01") };
}
const card = () => ({ cardNumber: "THE1", personId: randomUUID() });
const scanned = () => ({ requestId: randomUUID(), code: "1", is: "choice" as const, items: [] });
const begunLongAgo = (id: string) =>
  inDatabase((tx) => run(tx, sql`update desk_turn set begun_at = now() - interval '61 minutes' where id = ${id}`));

test("a session that has run out goes by the clock, with its turns; one that still holds stays", async () => {
  const [ended, holding] = [await aDesk(), await aDesk()];
  await ended.turns.note("check-in", scanned());
  await holding.turns.note("check-in", scanned());
  await inDatabase((tx) =>
    run(tx, sql`update session set expires_at = now() - interval '1 s' where id_hash = ${ended.session.idHash}`),
  );
  assert.equal(await inDatabase(forgetSome), 1);
  assert.deepEqual([await rowsOf("session"), await rowsOf("desk_turn"), await rowsOf("desk_answer")], [1, 1, 1]);
  assert.ok(await holding.turns.open("check-in"));
  assert.equal(await inDatabase(forgetSome), 0);
});

test("a turn goes when nothing was scanned in it for an hour, whether it was ended or left open", async () => {
  const { turns } = await aDesk();
  const left = await turns.begin("check-out", card());
  const ended = await turns.begin("check-out", card());
  const going = await turns.begin("check-out", card());
  const fresh = await turns.begin("check-out", card());
  await turns.note("check-out", scanned(), left);
  await inDatabase((tx) =>
    run(tx, sql`update desk_answer set at = now() - interval '61 minutes' where turn_id = ${left}`),
  );
  await turns.end("check-out", ended);
  await turns.note("check-out", scanned(), going);
  for (const id of [left, ended, going]) await begunLongAgo(id);
  assert.equal(await inDatabase(forgetSome), 2);
  assert.equal(await turns.open("check-out", left), undefined);
  assert.equal((await turns.open("check-out", going))?.answers.length, 1);
  assert.equal((await turns.open("check-out", fresh))?.cardNumber, "THE1");
});

test("the portal does so by the clock, and stops between two steps", async () => {
  assert.ok(portal.jobs.includes(forgetSessions));
  assert.ok(forgetSessions.cron);
  const { turns } = await aDesk();
  await begunLongAgo(await turns.begin("check-out", card()));
  const work = { payload: undefined, id: "1", log: site.parts.log, as: inDatabase };
  const before = await rowsOf("desk_turn");
  await forgetSessions.run({ ...work, stopping: AbortSignal.abort() });
  assert.equal(await rowsOf("desk_turn"), before);
  await forgetSessions.run({ ...work, stopping: new AbortController().signal });
  assert.equal(await rowsOf("desk_turn"), (before ?? 0) - 1);
});
