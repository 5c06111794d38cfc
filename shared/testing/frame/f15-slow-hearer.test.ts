import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { consumer } from "@lienthong/bus/consumer.ts";
import { usualPatience } from "@lienthong/bus/take.ts";
import { LoanChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { metricsText } from "@lienthong/telemetry/metric.ts";
import { aBusStage, type BusStage, counts, loanEffects, loanStates } from "../bus-stage.ts";
import { until } from "../until.ts";

const bursts = counts(40, 2_000);
// The load of an hour beside the slow hearer: 111 events a second. In small there is none.
const hour = { bursts: counts(0, 20_000), ms: 3_600_000 };
const full = hour.bursts > 0;
const effectMs = 500;
const burstEvents = 20;

let stage: BusStage;
before(async () => {
  stage = await aBusStage();
});
after(() => stage.close());

const slowly = consumer(LoanChanged, async (tx, _loan, envelope) => {
  await pause(effectMs);
  await loanEffects.apply(tx, [envelope]);
});
const metric = async (name: string) =>
  Number(new RegExp(`^lienthong_${name}{stream="CIRCULATION"} ([\\d.]+)`, "m").exec(await metricsText())?.[1] ?? 0);

/** Commands one after the other, or spread over a time, until all are published. @returns how many events a second */
async function publishing(times: number, overMs = 0): Promise<number> {
  const began = performance.now();
  for (let n = 0; n < times; n += 1) {
    const earlyMs = began + (n * overMs) / times - performance.now();
    if (earlyMs > 0) await pause(earlyMs);
    await stage.renew(ids);
  }
  await stage.published(60_000);
  return (times * burstEvents * 1000) / (performance.now() - began);
}
const ids = Array.from({ length: burstEvents }, () => randomUUID() as string);

test(`F15: a hearer whose effect lasts ${effectMs} ms falls behind and holds up nobody; it holds a bounded number and catches up`, async () => {
  await stage.hear();
  await publishing(5);
  await stage.agrees(60_000);
  // A B A, so that a slow minute of the machine falls on both.
  const alone = [await publishing(bursts / 2)];
  await stage.agrees(60_000);
  await stage.hear([loanStates, slowly], { ...usualPatience, ackWaitMs: 3_000 });
  const arrived = full ? await publishing(hour.bursts, hour.ms) : 0;
  const beside = await publishing(bursts);

  const durable = await stage.hearer.bus.manage.consumers.info("CIRCULATION", "catalogue");
  assert.ok(durable.num_ack_pending <= 1_000, "the bus lets it hold so many");
  assert.ok(durable.num_pending > 0, "it is behind");
  await until(
    () => metric("heard_behind_events"),
    (count) => count > 0,
  );
  await until(
    () => metric("heard_behind_seconds"),
    (age) => age > 1,
  );

  await stage.hear();
  const [behind, began] = [await stage.heard(), performance.now()];
  // As much again as a catch-up at five times the load's speed would take.
  await stage.agrees(full ? (2 * hour.ms) / 5 : 60_000);
  const caughtUp = (((await stage.heard()) - behind) * 1000) / (performance.now() - began);
  alone.push(await publishing(bursts / 2));
  const usual = alone.reduce((sum, rate) => sum + rate, 0) / alone.length;
  process.stdout.write(
    `F15: published ${(beside / usual).toFixed(2)} times the usual beside a slow hearer; caught up at ` +
      `${caughtUp.toFixed(0)} events a second, ${full ? `${(caughtUp / arrived).toFixed(1)} times as fast as they came` : "without load"}\n`,
  );
  // A few bursts on a machine that tests share say nothing of speed, and come faster than any hour's load: in small it is
  // seen only that the hearer is not slow any more.
  const slowRate = 1000 / effectMs;
  if (full) assert.ok(beside >= usual * 0.95, `${beside} a second beside it, ${usual} without`);
  assert.ok(caughtUp >= 5 * (full ? arrived : slowRate), `${caughtUp} a second, ${arrived} came`);
});
