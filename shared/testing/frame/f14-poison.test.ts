import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { announce } from "@lienthong/bus/announce.ts";
import { consumer } from "@lienthong/bus/consumer.ts";
import { deadLetters, replay } from "@lienthong/bus/dead-letter.ts";
import { type Patience, usualPatience } from "@lienthong/bus/take.ts";
import { LoanChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { metricsText } from "@lienthong/telemetry/metric.ts";
import { headers } from "@nats-io/transport-node";
import { aBusStage, type BusStage, counts, loanEffects, loanOf, loanStates, log } from "../bus-stage.ts";
import { until } from "../until.ts";

const others = Array.from({ length: counts(300, 5_000) }, () => randomUUID() as string);
const patience: Patience = { ...usualPatience, ackWaitMs: 5_000, triesMax: 4, againAfterMs: 100 };

let stage: BusStage;
let tries: number[] = [];
let mended = false;
const poisoned = new Set<string>();

/** An effect that fails for some loans, in the midst of what it writes. */
const failsForSome = consumer(LoanChanged, async (tx, loan, envelope) => {
  await loanEffects.apply(tx, [envelope]);
  if (!poisoned.has(loan.id) || mended) return;
  tries.push(performance.now());
  await tx.client.query("select 1 / 0");
});

before(async () => {
  stage = await aBusStage();
  await stage.hear([loanStates, failsForSome], patience);
});
after(() => stage.close());
beforeEach(() => {
  tries = [];
});

const letters = () => deadLetters(stage.hearer.database, "catalogue");
/** How many were set aside, however many. */
const aside = async () => {
  const { rows } = await stage.hearer.database.frame.query("select count(*)::integer as letters from dead_letter");
  return rows[0].letters as number;
};
const unknown = async () => Number(/events_heard_total{outcome="unknown"} (\d+)/.exec(await metricsText())?.[1] ?? 0);

test("F14: an event that cannot be read is set aside at once, and others go on", async () => {
  const loan = loanOf(randomUUID(), 2n ** 40n + 1n, 1);
  await stage.bring(loan, { payload: Buffer.from("\xff\xff not a message") });
  await stage.owner.bus.publish.publish("lt.circulation.loan.changed.v1", "no envelope at all");
  await stage.renew(others);
  const found = await until(letters, (all) => all.length === 2);
  assert.match(found.map(({ error }) => error).join(), /cannot be read.*has no id/s);
  await stage.agrees(60_000);
});

test("F14: an event of a newer release is skipped and counted", async () => {
  const before = await unknown();
  const newer = headers();
  newer.set("ce-id", randomUUID());
  newer.set("ce-type", "lienthong.circulation.v1.NewerInvented");
  await stage.owner.bus.publish.publish("lt.circulation.newer.invented.v1", "x", { headers: newer });
  await until(unknown, (count) => count === before + 1);
  assert.equal((await letters()).length, 2, "it is not set aside: the newer release asks for a republish");
});

test("F14: an event whose effect fails is tried with growing waits, then set aside; nothing else waits for it; replayed once mended", async () => {
  const [loan] = await stage.renew();
  await stage.agrees();
  poisoned.add(loan!.id);
  const bad = await stage.renew([loan!.id]);
  assert.equal(bad.length, 1);
  // While it is tried, others come and go as if it were not there.
  let heardMeanwhile = 0;
  while ((await letters()).length < 3) {
    const [neighbour] = await stage.renew();
    await until(
      () => stage.stateOf(neighbour!.id),
      (state) => state !== undefined,
      2_000,
    );
    heardMeanwhile += 1;
  }
  assert.ok(heardMeanwhile > 5, `${heardMeanwhile} others were heard`);
  // The first delivery is tried twice: together with what came beside it, then apart.
  assert.equal(tries.length, patience.triesMax + 1);
  const waits = tries.slice(2).map((at, n) => at - tries[n + 1]!);
  assert.ok(
    waits.every((ms, n) => n === 0 || ms > waits[n - 1]!),
    `waits of ${waits.map(Math.round).join(", ")} ms`,
  );
  const letter = await until(letters, (all) => all.length === 3).then((all) => all.at(-1)!);
  assert.match(letter.error, /division by zero/);
  assert.equal((await stage.stateOf(loan!.id))?.value, 1, "nothing of it was kept");

  mended = true;
  await replay(stage.hearer.database, "catalogue", [loanStates, failsForSome], letter.id, log);
  await stage.agrees(60_000);
});

test("F14: thousands of failing events do not use up what the bus lets a service hold", async () => {
  mended = false;
  poisoned.clear();
  const bad = Array.from({ length: counts(1_500, 10_000) }, () => randomUUID() as string);
  for (const id of bad) poisoned.add(id);
  const before = await aside();
  for (let at = 0; at < bad.length; at += 500) await stage.renew(bad.slice(at, at + 500));
  const [last] = await stage.renew();
  await until(
    () => stage.stateOf(last!.id),
    (state) => state !== undefined,
    60_000,
  );
  await until(aside, (count) => count >= before + bad.length, 120_000);
});

test("F14: what came again because the database broke off was not tried: its first failure is followed by another try", async () => {
  await stage.deaf();
  const loan = loanOf(randomUUID(), 2n ** 40n + 1n, 1);
  const breakOff = "select pg_terminate_backend(pg_backend_pid())";
  const ends = [breakOff, breakOff, "select 1 / 0"];
  const recovers = consumer(LoanChanged, async (tx, { id }) => {
    const end = id === loan.id ? ends.shift() : undefined;
    if (end !== undefined) await tx.client.query(end);
  });
  const before = await aside();
  await stage.hear([loanStates, recovers], { ...usualPatience, ackWaitMs: 5_000, triesMax: 2, againAfterMs: 100 });
  await stage.bring(loan);
  await until(
    async () => [await stage.stateOf(loan.id), (await aside()) - before] as const,
    ([state, letters]) => state !== undefined || letters > 0,
  );
  assert.equal((await stage.stateOf(loan.id))?.value, 1);
  assert.deepEqual(ends, []);
});

test("F14: failing events that another process or nobody ends leave room for others to be tried again", async () => {
  poisoned.clear();
  mended = false;
  await stage.silent();
  await stage.deaf();
  await stage.owner.bus.manage.streams.purge("CIRCULATION");
  const bad = Array.from({ length: 200 }, () => loanOf(randomUUID(), 2n ** 40n + 1n, 1));
  for (const { id } of bad) poisoned.add(id);
  const before = await aside();
  await stage.hear([loanStates, failsForSome], { ...usualPatience, ackWaitMs: 1_000, triesMax: 4, againAfterMs: 300 });
  tries = [];
  for (const loan of bad) await stage.bring(loan);
  await until(
    () => tries.length,
    (count) => count >= 2 * bad.length,
  );
  await stage.owner.bus.manage.streams.purge("CIRCULATION");
  assert.equal(await aside(), before, "all of them waited for their next try");

  await until(async () => {
    tries = [];
    const loan = loanOf(randomUUID(), 2n ** 40n + 1n, 1);
    poisoned.add(loan.id);
    const asideBefore = await aside();
    await stage.bring(loan);
    await until(async () => (await aside()) > asideBefore || tries.length > 2);
    return tries.length > 2;
  });
});

test("F14: an event that makes a service announce what its outbox refuses is set aside alone; those beside it are applied", async () => {
  poisoned.clear();
  await stage.deaf();
  await stage.owner.bus.manage.streams.purge("CIRCULATION");
  // A version of an aggregate is announced once: what is told of the second of these is refused.
  const told = loanOf(randomUUID(), 2n ** 40n + 1n, 1);
  const [first, second, ...beside] = Array.from({ length: 12 }, () => loanOf(randomUUID(), 2n ** 40n + 1n, 1));
  const announces = consumer(LoanChanged, async (tx, { id }) => {
    announce(tx, LoanChanged, id === first!.id || id === second!.id ? told : loanOf(id, 2n ** 40n + 1n, 2));
  });
  const before = await aside();
  for (const loan of [first!, ...beside.slice(0, 5), second!, ...beside.slice(5)]) await stage.bring(loan);
  await stage.hear([loanStates, announces], { ...usualPatience, ackWaitMs: 5_000, triesMax: 2, againAfterMs: 100 });
  await until(aside, (count) => count === before + 1);
  for (const { id } of [first!, ...beside]) assert.equal((await stage.stateOf(id))?.value, 1);
  assert.equal(await stage.stateOf(second!.id), undefined, "nothing of it was kept");
  const { rows } = await stage.hearer.database.frame.query("select aggregate from outbox");
  const announced = rows.map(({ aggregate }) => aggregate as string).sort();
  assert.deepEqual(announced, [told.id, ...beside.map(({ id }) => id)].sort(), "what the others announced goes out");
});
