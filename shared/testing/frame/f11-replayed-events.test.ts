import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { deadLetters, replay } from "@lienthong/bus/dead-letter.ts";
import { LoanChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { metricsText } from "@lienthong/telemetry/metric.ts";
import { aBusStage, type BusStage, counts, loanEffects, loanOf, loanStates, log } from "../bus-stage.ts";
import { until } from "../until.ts";

const loans = Array.from({ length: counts(500, 20_000) }, () => randomUUID() as string);

let stage: BusStage;
before(async () => {
  stage = await aBusStage();
  await stage.hear();
});
after(() => stage.close());

const outcomes = async (outcome: string) =>
  Number(new RegExp(`events_heard_total{outcome="${outcome}"} (\\d+)`).exec(await metricsText())?.[1] ?? 0);
const allTaken = () =>
  until(
    () => stage.hearer.bus.manage.consumers.info("CIRCULATION", "catalogue").catch(() => undefined),
    (durable) => durable !== undefined && durable.num_pending + durable.num_ack_pending === 0,
    60_000,
  );
const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 3600 * 1000);
const inboxOf = async (id: string) => {
  const { rows } = await stage.hearer.database.frame.query("select from inbox where aggregate = $1", [id]);
  return rows.length;
};

test("F11: a whole stream delivered again changes nothing and is counted", async () => {
  await stage.renew(loans);
  await stage.renew(loans);
  await stage.agrees(120_000);
  const [effects, duplicates] = [await stage.heard(), await outcomes("duplicate")];
  await stage.hearer.bus.manage.consumers.delete("CIRCULATION", "catalogue");
  await until(async () => (await outcomes("duplicate")) - duplicates >= 2 * loans.length, Boolean, 120_000);
  assert.equal(await stage.heard(), effects);
  await stage.agrees();
});

test("F11: an event of 40 days ago, which the inbox has forgotten, changes no state and has no effect again", async () => {
  const id = randomUUID() as string;
  await stage.renew([id]);
  const [newest] = await stage.renew([id]);
  await stage.agrees();
  const effects = await stage.heard();
  const old = randomUUID();
  await stage.bring(loanOf(id, newest!.version - 1n, 1), { id: old, at: daysAgo(40) });
  const letters = await until(
    () => deadLetters(stage.hearer.database, "catalogue"),
    (found) => found.some(({ eventId }) => eventId === old),
  );
  await allTaken();
  assert.equal(await stage.heard(), effects);
  assert.equal(await inboxOf(id), 2, "the inbox does not take it for applied");
  await stage.agrees();

  // Whether it had its effect is for people to say; who replays it has said so.
  const letter = letters.find(({ eventId }) => eventId === old)!;
  assert.match(letter.error, /older than 34 days/);
  await replay(stage.hearer.database, "catalogue", [loanStates, loanEffects], letter.id, log);
  assert.equal(await stage.heard(), effects + 1);
  await stage.hearer.database.frame.query("delete from inbox where event_id = $1", [old]);
});

test("F11: a state of 40 days ago is applied where nothing newer is known: its version decides", async () => {
  await stage.hear([loanStates]);
  const loan = loanOf(randomUUID(), 2n ** 40n + 1n, 7);
  await stage.bring(loan, { id: randomUUID(), at: daysAgo(40) });
  await until(() => inboxOf(loan.id), Boolean);
  assert.deepEqual(await stage.stateOf(loan.id), { version: loan.version, value: 7 });
  assert.deepEqual(await deadLetters(stage.hearer.database, "catalogue"), []);
  await stage.hear();
});

test("F11: the same id with another body is an alarm and is not applied, in one batch or later", async () => {
  const [loan] = await stage.renew();
  await until(
    () => inboxOf(loan!.id),
    (rows) => rows === 1,
  );
  const alarms = await outcomes("other-body");
  const { rows } = await stage.owner.database.frame.query("select id from outbox_archive where aggregate = $1", [
    loan!.id,
  ]);
  await stage.bring(loan!, { id: rows[0].id, payload: LoanChanged.encode({ ...loan!, renewals: 99 }).finish() });
  await until(
    () => outcomes("other-body"),
    (count) => count === alarms + 1,
  );

  await stage.deaf();
  const twice = loanOf(randomUUID(), 2n ** 40n + 1n, 1);
  const id = randomUUID();
  await stage.bring(twice, { id });
  await stage.bring({ ...twice, renewals: 99 }, { id });
  await stage.hear();
  await until(
    () => outcomes("other-body"),
    (count) => count === alarms + 2,
  );
  const { rows: kept } = await stage.hearer.database.frame.query(
    "select encode(body_hash, 'hex') = encode(sha256($2), 'hex') as first from inbox where event_id = $1",
    [id, Buffer.from(LoanChanged.encode(twice).finish())],
  );
  assert.deepEqual(kept, [{ first: true }]);
});
