import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, test, type TestContext } from "node:test";
import { reconcile } from "@lienthong/bus/reconcile.ts";
import { startRelay } from "@lienthong/bus/relay.ts";
import { aBusStage, type BusStage, counts, log } from "../bus-stage.ts";
import { until } from "../until.ts";

const some = Array.from({ length: counts(300, 5_000) }, () => randomUUID() as string);
const few = some.slice(0, some.length / 3);

let stage: BusStage;
beforeEach(async () => {
  stage = await aBusStage();
  await stage.hear();
});
afterEach(() => stage.close());

const sequence = async (bus = stage.owner.bus) => (await bus.manage.streams.info("CIRCULATION")).state.last_seq;
const agree = () => reconcile(stage.owner.database, stage.owner.bus, log);
/** Bus and archive have agreed, and long enough ago that nothing of before is looked at again for its age. */
async function agreedLongAgo(): Promise<void> {
  assert.equal(await agree(), 0);
  await stage.owner.database.frame.query(
    "update stream_agreement set published_at = now(), from_sequence = last_sequence + 1",
  );
}

for (const agreed of ["before the copy was taken", "after the copy was taken"] as const)
  test(`F10: a store rolled back under running services is refilled and new events are heard; bus and archive had agreed ${agreed}`, async () => {
    await stage.renew(some);
    await stage.agrees();
    if (agreed === "before the copy was taken") await agreedLongAgo();
    stage.nats.copy();
    await stage.renew(some);
    await stage.renew(few);
    await stage.agrees();
    if (agreed === "after the copy was taken") await agreedLongAgo();

    await stage.nats.rollBack();
    await stage.nats.start();
    await stage.renew(few);
    await stage.agrees(60_000);
  });

/** The owner is switched off while the store is rolled back; at its return it publishes before it compares. */
async function ownerReturns(t: TestContext, rolledBack: "all" | "messages") {
  await stage.silent();
  await stage.owner.bus.connection.close();
  await stage.nats.rollBack(rolledBack);
  await stage.nats.start();
  const bus = await stage.nats.connect("circulation");
  const relay = startRelay(stage.owner.database, bus, log);
  t.after(async () => {
    await relay.stop();
    await bus.connection.close();
  });
  return bus;
}

test("F10: events lost by a rollback are found where their sequences have been given again before anybody looked", async (t) => {
  await stage.renew(few);
  await stage.agrees();
  stage.nats.copy();
  await stage.renew(few);
  await stage.agrees();
  await agreedLongAgo();
  const agreed = await sequence();

  const bus = await ownerReturns(t, "all");
  await stage.renew(some);
  await stage.published();
  assert.ok((await sequence(bus)) > agreed, "the stream is as long as when both agreed");
  assert.equal(await reconcile(stage.owner.database, bus, log), few.length);
  await stage.agrees(60_000);
});

test("F10: a consumer that stands ahead of its rolled-back stream is made anew and misses nothing", async (t) => {
  await stage.renew(few);
  await stage.agrees();
  stage.nats.copy();
  await stage.renew(some);
  await stage.agrees();

  const bus = await ownerReturns(t, "messages");
  // New events take places which the consumer has acknowledged already.
  await stage.renew(few);
  await until(stage.heard, (heard) => heard === few.length * 2 + some.length);
  assert.equal(await reconcile(stage.owner.database, bus, log), some.length);
  await stage.agrees(60_000);
});

test("F10: single events that vanished from the stream are found and told again", async () => {
  await stage.renew(some);
  await stage.agrees();
  const { manage } = stage.owner.bus;
  await stage.hearer.bus.manage.consumers.delete("CIRCULATION", "catalogue");
  for (const seq of [2, 3, 200]) await manage.streams.deleteMessage("CIRCULATION", seq);
  assert.equal(await agree(), 3);
  await stage.published();
  assert.equal(await agree(), 0, "then both agree");
  assert.equal((await manage.streams.info("CIRCULATION")).state.messages, some.length);
  await stage.agrees();
});

test("F10: where another event lies than was applied there, the stream is heard again from its beginning", async () => {
  await stage.renew(some);
  await stage.agrees();
  await stage.hearer.database.frame.query("update heard_place set event_id = uuidv7()");
  const { manage } = stage.hearer.bus;
  const { created } = await manage.consumers.info("CIRCULATION", "catalogue");
  const again = () => manage.consumers.info("CIRCULATION", "catalogue").catch(() => undefined);
  await until(
    again,
    (consumer) => consumer !== undefined && consumer.created !== created && consumer.num_pending === 0,
  );
  await stage.agrees();
});
