import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { serviceActor } from "@lienthong/auth/actor.ts";
import { noteMissed } from "@lienthong/bus/missed.ts";
import { watchEvents } from "@lienthong/bus/watch.ts";
import { metricsText } from "@lienthong/telemetry/metric.ts";
import { aBusStage, type BusStage, loanOf, log } from "../bus-stage.ts";
import { until } from "../until.ts";

let stage: BusStage;
before(async () => {
  stage = await aBusStage();
  await stage.hear();
});
after(() => stage.close());

const version = (counter: number) => 2n ** 40n + BigInt(counter);
const knows = (id: string, counter: number) =>
  until(
    () => stage.stateOf(id),
    (state) => state?.version === version(counter),
  );

/** What the job of every minute does, once what was heard is old enough to be judged. @returns the metric */
async function missed(): Promise<number> {
  const { database } = stage.hearer;
  await database.frame.query("update inbox set at = at - interval '10 seconds'");
  await database.transact(serviceActor("catalogue"), noteMissed);
  const watch = watchEvents(database, log);
  await watch.look();
  await watch.stop();
  return Number(/^lienthong_missed_events (\d+)/m.exec(await metricsText())?.[1]);
}

test("F13: version 7 before 6: 7 is applied, 6 changes no state afterwards, and its effect happens once when it comes", async () => {
  const id = randomUUID();
  for (const counter of [4, 5, 7]) await stage.bring(loanOf(id, version(counter), counter));
  await knows(id, 7);
  const effects = await stage.heard();
  assert.equal(await missed(), 1);

  // Nothing of another loan waits for it.
  const other = randomUUID();
  await stage.bring(loanOf(other, version(1), 1));
  await knows(other, 1);

  const late = { id: randomUUID() };
  await stage.bring(loanOf(id, version(6), 6), late);
  await stage.bring(loanOf(id, version(6), 6), late);
  await until(stage.heard, (count) => count === effects + 2);
  assert.deepEqual(await stage.stateOf(id), { version: version(7), value: 7 });
  assert.equal(await missed(), 0);
});

test("F13: a version that never comes stays counted and keeps nothing waiting", async () => {
  const id = randomUUID();
  for (const counter of [1, 2, 5]) await stage.bring(loanOf(id, version(counter), counter));
  await knows(id, 5);
  assert.equal(await missed(), 1, "the one below the newest; when it comes, the one below it is missed");
  await stage.bring(loanOf(id, version(6), 6));
  await knows(id, 6);
  assert.equal(await missed(), 1);
  for (const counter of [4, 3]) await stage.bring(loanOf(id, version(counter), counter));
  await until(missed, (count) => count === 0);
});

test("F13: an event that the bus has lost before it was heard is brought by the owner's comparison", async () => {
  const id = randomUUID();
  await stage.renew([id]);
  await stage.published();
  await knows(id, 1);
  await stage.deaf();
  await stage.renew([id]);
  await stage.published();
  const { manage } = stage.owner.bus;
  const lost = (await manage.streams.info("CIRCULATION")).state.last_seq;
  await stage.renew([id]);
  await stage.published();
  await manage.streams.deleteMessage("CIRCULATION", lost);
  const effects = await stage.heard();
  await stage.hear();
  await knows(id, 3);
  await until(stage.heard, (count) => count === effects + 1);
  assert.equal(await missed(), 1);

  await stage.owner.stream.attend();
  await until(stage.heard, (count) => count === effects + 2);
  assert.equal((await stage.stateOf(id))?.version, version(3));
  assert.equal(await missed(), 0);
});
