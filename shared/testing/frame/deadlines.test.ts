import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type Database, openDatabase, TooLate } from "@lienthong/database/database.ts";
import { type handleUnaryCall, Server, ServerCredentials, status } from "@grpc/grpc-js";
import { nobody } from "@lienthong/auth/actor.ts";
import { all, sql } from "@lienthong/database/transaction.ts";
import { type TestDatabase, testDatabase } from "../test-database.ts";
import { until } from "../until.ts";
import { aSmallService, small, smallClient } from "./a-small-service.ts";

let made: TestDatabase;
let database: Database;
before(async () => {
  made = await testDatabase("frame", import.meta.dirname);
  database = openDatabase(made.app, () => {});
});
after(async () => {
  await database.close();
  await made.drop();
});

const sleepy = (seconds: number) => sql`select pg_sleep(${seconds})`;

test("D13: what is left of the deadline goes on to the next service and ends the statement there", async () => {
  const ended: { left: number; error: unknown }[] = [];
  const far = await aSmallService(database, {
    ask: async (text, caller) => {
      const started = Date.now();
      const error = await caller.read((tx) => all(tx, sleepy(10))).catch((cause: unknown) => cause);
      ended.push({ left: Date.now() - started, error });
      return text;
    },
  });
  const toFar = smallClient(far.port);
  const near = await aSmallService(
    database,
    {
      ask: async (text, caller) => {
        await pause(300);
        return (await (caller as never as { small: ReturnType<typeof toFar.in> }).small.ask({ text })).text;
      },
    },
    (context) => ({ small: toFar.in(context) }),
  );
  const toNear = smallClient(near.port);
  const started = performance.now();
  await assert.rejects(toNear.in({ deadlineMs: 1_000 }).ask({ text: "" }), { kind: "too-late" });
  assert.ok(performance.now() - started < 1_400, "the caller waited past their deadline");
  await until(
    () => ended.length,
    (count) => count === 1,
  );
  assert.ok((ended[0]?.left ?? 0) < 900, `the statement ran for ${ended[0]?.left} ms of the 700 that were left`);
  assert.match(String(ended[0]?.error), /statement timeout/);
  for (const one of [toFar, toNear]) one.channel.close();
  await Promise.all([far.stop(), near.stop()]);
});

test("D13: what nobody waits for any more is not begun", async () => {
  let begun = 0;
  const service = await aSmallService(database, {
    ask: async (text, caller) => {
      begun += 1;
      await caller.read((tx) => all(tx, sleepy(0.4)));
      return text;
    },
  });
  const client = smallClient(service.port);
  const asked = await Promise.allSettled(
    Array.from({ length: 20 }, () => client.in({ deadlineMs: 1 }).ask({ text: "" })),
  );
  assert.ok(asked.every((one) => one.status === "rejected"));
  await client.in({ deadlineMs: 5_000 }).ask({ text: "" });
  assert.ok(begun <= 3, `${begun} calls were begun whose callers had gone`);
  await assert.rejects(
    database.transact(nobody, (tx) => all(tx, sql`select 1`), Date.now() - 1),
    TooLate,
  );
  client.channel.close();
  await service.stop();
});

test("D14: a service's own answer that a part of it is away is asked for once, by nobody a second time", async () => {
  let asked = 0;
  const service = await aSmallService(database, {
    ask: async () => {
      asked += 1;
      throw Object.assign(new Error("gone"), { code: "57P01" });
    },
  });
  const client = smallClient(service.port);
  for (let n = 0; n < 20; n += 1) await assert.rejects(client.in({}).ask({ text: "" }), { kind: "unavailable" });
  assert.equal(asked, 20);
  client.channel.close();
  await service.stop();
});

test("D14: when every second call finds the service broken, not one call in ten is made again", async () => {
  let attempts = 0;
  const flaky = new Server();
  const take: handleUnaryCall<unknown, unknown> = (_call, respond) => {
    attempts += 1;
    if (attempts % 2 === 0) respond(null, { text: "" });
    else respond({ code: status.UNAVAILABLE });
  };
  flaky.addService(small, { ask: take, tell: take });
  const port = await new Promise<number>((bound, failed) =>
    flaky.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, at) =>
      error ? failed(error) : bound(at),
    ),
  );
  const client = smallClient(port);
  const offered = 100;
  for (let n = 0; n < offered; n += 1)
    await client
      .in({})
      .ask({ text: "" })
      .catch(() => undefined);
  assert.ok(attempts > offered, "a call whose connection broke was made again");
  assert.ok(attempts <= offered * 1.1, `${attempts} attempts for ${offered} calls`);
  client.channel.close();
  flaky.forceShutdown();
});

test("D15: a service that hangs is left alone after five calls in a row, and asked again when it is back", async () => {
  let hangs = true;
  let asked = 0;
  const service = await aSmallService(database, {
    ask: async (text) => {
      asked += 1;
      while (hangs) await pause(20);
      return text;
    },
  });
  const client = smallClient(service.port);
  const late = () => client.in({ deadlineMs: 1_100 }).ask({ text: "" });
  await Promise.all(Array.from({ length: 5 }, () => assert.rejects(late(), { kind: "too-late" })));
  const started = performance.now();
  await Promise.all(Array.from({ length: 100 }, () => assert.rejects(late(), { kind: "unavailable" })));
  assert.ok(performance.now() - started < 1_000, "a hundred callers waited for a service that hangs");
  assert.equal(asked, 5);
  hangs = false;
  await until(() =>
    late().then(
      () => true,
      () => false,
    ),
  );
  await Promise.all(Array.from({ length: 10 }, late));
  client.channel.close();
  await service.stop();
});

test("D15: when nothing at all comes back, everybody learns it within two seconds; slow calls beside others are waited for", async () => {
  let hangs = true;
  const service = await aSmallService(database, {
    ask: async (text) => {
      while (hangs) await pause(20);
      if (text === "slow") await pause(2_500);
      return text;
    },
  });
  const { channel, in: within } = smallClient(service.port);
  const client = within({ deadlineMs: 5_000 });
  const waits = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const started = performance.now();
      await assert.rejects(client.ask({ text: "" }), { kind: "unavailable" });
      return performance.now() - started;
    }),
  );
  assert.ok(Math.max(...waits) <= 2_300, `somebody waited ${Math.max(...waits)} ms`);
  hangs = false;
  const quick = () =>
    client.ask({ text: "" }).then(
      () => true,
      () => false,
    );
  await until(quick);
  const slow = Promise.all(Array.from({ length: 6 }, () => client.ask({ text: "slow" })));
  await pause(500);
  assert.ok(await quick());
  assert.equal((await slow).length, 6);
  channel.close();
  await service.stop();
});
