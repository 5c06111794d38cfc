import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { consumer } from "@lienthong/bus/consumer.ts";
import { startHearing } from "@lienthong/bus/hear.ts";
import { usualPatience } from "@lienthong/bus/take.ts";
import { LoanChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { metricsText } from "@lienthong/telemetry/metric.ts";
import { aBusStage, type BusStage, counts, loanEffects, loanStates, log } from "../bus-stage.ts";
import { until } from "../until.ts";

const loans = Array.from({ length: counts(400, 10_000) }, () => randomUUID() as string);

let stage: BusStage;
beforeEach(async () => {
  stage = await aBusStage();
});
afterEach(() => stage.close());

const duplicates = async () =>
  Number(/events_heard_total{outcome="duplicate"} (\d+)/.exec(await metricsText())?.[1] ?? 0);
const onBus = async () => (await stage.owner.bus.manage.streams.info("CIRCULATION")).state.messages;
/** As after a kill between the bus's acknowledgement and the archive: published rows stand in the outbox again. */
const publishedAgain = (share: string) =>
  stage.owner.database.frame.query(`
    with back as (delete from outbox_archive where ${share} returning *)
    insert into outbox (id, shard, subject, aggregate, version, headers, payload)
    select id, shard, subject, aggregate, version, headers, payload from back order by pos`);

test("F12: a stored batch whose acknowledgement was lost is sent again one by one and lies on the bus once", async () => {
  await stage.hear();
  await stage.renew(loans);
  await stage.agrees(60_000);
  for (const share of ["true", "shard % 2 = 0", "shard = 3"]) {
    await stage.silent();
    await publishedAgain(share);
    const stored = await onBus();
    // New ones stand in the same batch: the bus refuses it whole, and none of it may be left out.
    await stage.renew(loans.slice(0, 100));
    stage.publishes();
    await stage.agrees(60_000);
    assert.equal(await onBus(), stored + 100);
  }
});

test("F12: work that lasts three times the bus's patience is done once, by two processes on one consumer", async () => {
  const patience = { ...usualPatience, ackWaitMs: 1_000 };
  // The bus brings an event again after a second. How long work lasts is what is played here, not waited for.
  const slowly = consumer(LoanChanged, async (tx, loan, envelope) => {
    if (slow.has(loan.id)) await pause(3_000);
    await loanEffects.apply(tx, [envelope]);
  });
  const slow = new Set(loans.slice(0, 3));
  await stage.hear([loanStates, slowly], patience);
  const second = startHearing(stage.hearer.database, stage.hearer.bus, [loanStates, slowly], log, patience);
  await stage.renew(loans.slice(0, 60));
  await stage.agrees(90_000);
  await second.stop();
});

test("F12: what is brought again because its acknowledgement was lost is counted as a duplicate", async () => {
  await stage.hear();
  await stage.renew(loans);
  await stage.agrees(60_000);
  const before = await duplicates();
  await stage.deaf();
  await stage.hearer.bus.manage.consumers.delete("CIRCULATION", "catalogue");
  await stage.hear();
  await until(duplicates, (count) => count === before + loans.length);
  await stage.agrees(60_000);
});
