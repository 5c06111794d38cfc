import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { keepStream } from "@lienthong/bus/keep-stream.ts";
import { startRelay } from "@lienthong/bus/relay.ts";
import { bareBatches } from "../bare-batches.ts";
import { aBusStage, type BusStage, counts, log } from "../bus-stage.ts";
import { until } from "../until.ts";

const events = counts(3_000, 100_000);
const ids = Array.from({ length: 1_000 }, () => randomUUID() as string);

let stage: BusStage;
before(async () => {
  stage = await aBusStage();
  for (let done = 0; done < events; done += ids.length) await stage.renew(ids);
  await stage.hear();
  await stage.agrees(300_000);
});
after(() => stage.close());

const onBus = async ({ manage } = stage.owner.bus) => (await manage.streams.info("CIRCULATION")).state.messages;
const archived = async () => {
  const { rows } = await stage.owner.database.frame.query("select count(*)::integer as events from outbox_archive");
  return rows[0].events as number;
};

test(`F9: a store that is wiped under running services is refilled with ${events} events; commands go on meanwhile`, async () => {
  // The refill alone is measured: what hearers do with it is theirs, and they pass over nearly all of it.
  await stage.deaf();
  await stage.nats.wipe();
  const during = await stage.renew(ids.slice(0, 10));
  await stage.nats.start();
  const began = performance.now();
  await until(onBus, (messages) => messages >= events + during.length, 300_000).catch(() => undefined);
  const refilled = performance.now() - began;
  await stage.hear();
  await stage.agrees(300_000);
  assert.equal(await onBus(), await archived(), "each event lies on the bus once");

  const bare = await bareBatches(stage.owner.bus, events);
  const ratio = refilled / bare;
  process.stdout.write(`F9: ${events} events refilled in ${ratio.toFixed(2)} times the bare batches' time\n`);
  // Of a few events the reconnect alone takes longer than the bare batches.
  if (events >= 100_000) assert.ok(ratio <= 3, `${ratio} > 3`);
});

test("F9: a stream that is deleted under a connection that holds is declared again and refilled", async () => {
  await stage.owner.bus.manage.streams.delete("CIRCULATION");
  await stage.renew(ids.slice(0, 10));
  await stage.agrees(300_000);
  assert.equal(await onBus(), await archived());
});

test("F9: a store that is wiped while the owner is switched off is refilled at its start", async (t) => {
  await stage.silent();
  await stage.owner.bus.connection.close();
  await stage.nats.wipe();
  const during = await stage.renew(ids.slice(0, 10));
  await stage.nats.start();
  assert.equal(during.length, 10);
  // A process of its own, as it were: nothing but its start tells it that anything is lost.
  const bus = await stage.nats.connect("circulation");
  await keepStream(stage.owner.database, bus, 2 ** 30, log);
  const relay = startRelay(stage.owner.database, bus, log);
  t.after(async () => {
    await relay.stop();
    await bus.connection.close();
  });
  await stage.agrees(300_000);
  assert.equal(await onBus(bus), await archived());
});
