import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { declareStream, StreamRefused } from "@lienthong/bus/stream.ts";
import { watchEvents } from "@lienthong/bus/watch.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { metricsText } from "@lienthong/telemetry/metric.ts";
import { aBusStage, type BusStage, counts } from "../bus-stage.ts";
import { until } from "../until.ts";

const tight = 2 ** 20;
const ids = Array.from({ length: counts(500, 5_000) }, () => randomUUID() as string);
const rounds = counts(6, 60);

let stage: BusStage;
before(async () => {
  stage = await aBusStage(tight);
  await stage.hear();
});
after(() => stage.close());

const metric = async (name: string) =>
  Number(new RegExp(`^lienthong_${name} ([\\d.]+)`, "m").exec(await metricsText())?.[1] ?? 0);

test("F16: while the stream is full the outbox grows and commands go on; with room all of it goes out in order and once", async () => {
  for (let round = 0; round < rounds; round += 1) await stage.renew(ids);
  const full = async () => (await stage.owner.bus.manage.streams.info("CIRCULATION")).state.bytes;
  await until(full, (bytes) => bytes > tight * 0.9);
  await until(
    () => metric("relay_refused_shards"),
    (shards) => shards === 16,
  );
  const during = await stage.renew(ids);
  assert.equal(during.length, ids.length);

  const said: { level: string; runbook?: string }[] = [];
  const says = (level: string) => (fields: object) => void said.push({ level, ...fields });
  const aloud = { error: says("error"), info: says("info"), debug: says("debug") } as unknown as Log;
  const watch = watchEvents(stage.owner.database, aloud, 0);
  await watch.look();
  assert.deepEqual([said[0]?.level, said[0]?.runbook], ["error", "outbox-waits"]);
  assert.ok((await metric("outbox_events")) > 0);
  assert.ok((await metric("outbox_oldest_seconds")) > 0);

  await declareStream(stage.owner.bus, 2 ** 30);
  await stage.agrees(120_000);
  await watch.look();
  assert.deepEqual(
    said.map(({ level }) => level),
    ["error", "info"],
    "said when it began and when it was over",
  );
  await watch.stop();
  assert.equal(await metric("relay_refused_shards"), 0);
});

test("F16: a service refuses to start on a stream that drops its oldest events, and says the way out", async () => {
  const bus = await stage.nats.connect("identity");
  const subjects = ["lt.identity.>"];
  for (const [wrong, says] of [
    [{ discard: "old", max_bytes: tight }, /drops its oldest events.*discard: old.*nats stream rm IDENTITY/],
    [{ discard: "new", storage: "memory" }, /lies in memory/],
    [{ discard: "new", retention: "interest" }, /retention: limits is needed/],
  ] as const) {
    await bus.manage.streams.add({ name: "IDENTITY", subjects, ...wrong });
    await assert.rejects(declareStream(bus, tight), (error: Error) => {
      assert.ok(error instanceof StreamRefused);
      assert.match(error.message, says);
      return true;
    });
    await bus.manage.streams.delete("IDENTITY");
  }
  await declareStream(bus, tight);
  const { config } = await bus.manage.streams.info("IDENTITY");
  assert.deepEqual(
    [config.discard, config.max_bytes, config.storage, config.retention, config.max_age >= 14 * 24 * 3600e9],
    ["new", tight, "file", "limits", true],
  );
  await bus.connection.close();
});

test("F16: a stream for which the bus has not enough store is refused with the setting's name", async () => {
  const bus = await stage.nats.connect("sector");
  await assert.rejects(declareStream(bus, 2 ** 45), /STREAM_BYTES/);
  await bus.connection.close();
});
