import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { after, before, test } from "node:test";
import type { Bus } from "@lienthong/bus/connection.ts";
import { keepStream } from "@lienthong/bus/keep-stream.ts";
import { reconcile } from "@lienthong/bus/reconcile.ts";
import { openDatabase } from "@lienthong/database/database.ts";
import { errors } from "@nats-io/transport-node";
import type pg from "pg";
import { aBusStage, type BusStage, counts, log } from "../bus-stage.ts";
import { until } from "../until.ts";

const loans = Array.from({ length: 200 }, () => randomUUID() as string);

let stage: BusStage;
before(async () => {
  stage = await aBusStage();
});
after(() => stage.close());

test("F10: comparing bus and archive while events go out puts none of them back", async () => {
  let comparing = true;
  const commands = (async () => {
    while (comparing) await stage.renew(loans);
  })();
  try {
    for (let times = 0; times < counts(10, 100); times += 1) {
      // Compared whole, as after a rollback, and from where both agreed.
      if (times % 2 === 0) await stage.owner.database.frame.query("delete from stream_agreement");
      assert.equal(await reconcile(stage.owner.database, stage.owner.bus, log), 0);
    }
  } finally {
    comparing = false;
    await commands;
  }
  await stage.published();
  const { state } = await stage.owner.bus.manage.streams.info("CIRCULATION");
  const { rows } = await stage.owner.database.frame.query("select count(*)::integer as events from outbox_archive");
  assert.equal(state.messages, rows[0].events, "each event lies on the bus once");
});

test("F10: a bus that does not say what lies at a place has not lost it: the comparison is made later", async () => {
  const { database, bus } = stage.owner;
  await stage.renew(loans);
  await stage.published();
  await reconcile(database, bus, log);
  const agreement = () => database.frame.query("select * from stream_agreement").then(({ rows }) => rows);
  const agreed = await agreement();

  const silent = async () => Promise.reject(new errors.TimeoutError());
  const streams = Object.create(bus.manage.streams, { getMessage: { value: silent } }) as Bus["manage"]["streams"];
  const manage = Object.create(bus.manage, { streams: { value: streams } }) as Bus["manage"];
  await assert.rejects(reconcile(database, { ...bus, manage }, log), errors.TimeoutError);
  assert.deepEqual(await agreement(), agreed);
});

test("F10: a comparison that the bus did not let come to its end is made again by itself", async () => {
  const { database, bus } = stage.owner;
  await stage.renew(loans);
  await stage.published();
  await database.frame.query("delete from stream_agreement");
  const messages = () => bus.manage.streams.info("CIRCULATION").then(({ state }) => state.messages);
  const before = await messages();
  await bus.manage.streams.deleteMessage("CIRCULATION", 1);

  let tries = 0;
  const add: Bus["manage"]["consumers"]["add"] = (...asked) => {
    tries += 1;
    return tries === 1 ? Promise.reject(new errors.TimeoutError()) : bus.manage.consumers.add(...asked);
  };
  const consumers = Object.create(bus.manage.consumers, { add: { value: add } }) as Bus["manage"]["consumers"];
  const manage = Object.create(bus.manage, { consumers: { value: consumers } }) as Bus["manage"];
  await keepStream(database, { ...bus, manage }, 2 ** 30, log);
  await until(messages, (count) => count === before);
});

/** Keeps everybody from the archive while it works. */
async function withArchiveLocked<T>(work: (lock: pg.PoolClient) => Promise<T>): Promise<T> {
  const lock = await stage.owner.database.frame.connect();
  try {
    await lock.query("begin; lock table outbox_archive in access exclusive mode");
    return await work(lock);
  } finally {
    await lock.query("rollback");
    lock.release();
  }
}

test("F10: a comparison may take longer than any other statement", async () => {
  const { database, bus } = stage.owner;
  const url = new URL(String(database.relay.options.connectionString));
  const password = decodeURIComponent(url.password);
  // All other statements are given up after half a second by who asked.
  url.searchParams.set("query_timeout", "500");
  const hurried = openDatabase({ url: url.toString(), password }, () => undefined);
  try {
    await stage.published();
    const compared = await withArchiveLocked(async (lock) => {
      const comparing = reconcile(hurried, bus, log).catch((error: unknown) => error);
      await lock.query("select pg_sleep(1.5)");
      return { comparing };
    });
    assert.equal(await compared.comparing, 0);
  } finally {
    await hurried.close();
  }
});

test("F10: a service starts without waiting for its bus and archive to be compared", async () => {
  const { database, bus } = stage.owner;
  const stream = await withArchiveLocked(async () => {
    const started = keepStream(database, bus, 2 ** 30, log);
    const late = AbortSignal.timeout(10_000);
    return Promise.race([started, once(late, "abort").then(() => undefined)]);
  });
  assert.ok(stream, "it started while nothing could be compared");
  await stream.attend().catch(() => undefined);
});
