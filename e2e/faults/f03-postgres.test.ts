import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { until } from "@lienthong/testing/until.ts";
import { counts } from "./counts.ts";
import { play } from "./play.ts";
import { aStage } from "./stage.ts";
import { everything } from "./workloads.ts";
import { aFaultWorld, type FaultWorld } from "./world.ts";

const withDatabase = ["identity", "catalogue", "circulation"] as const;

test("F3: after PostgreSQL was killed under load every ok is there, and the pools come back by themselves", async (t) => {
  const world = await aFaultWorld();
  t.after(() => world.close());
  const workloads = await everything(world, await aStage(world));
  const pids = Object.values(world.services).map(({ pid }) => pid);
  const usual = await atRest(world);
  for (let kill = 1; kill <= counts(1, 20); kill += 1) {
    await play(world, {
      name: `F3 postmaster killed, ${kill}`,
      workloads,
      recoverySecondsMax: 10,
      async harm() {
        await world.postgres.kill();
        assert.deepEqual(await ready(world), [false, false, false]);
        await world.postgres.start();
      },
    });
  }
  assert.deepEqual(
    Object.values(world.services).map(({ pid }) => pid),
    pids,
    "no service was started again",
  );
  await until(
    () => ready(world),
    (all) => all.every(Boolean),
  );
  const kept = async () => Object.entries(await atRest(world)).filter(([pool, busy]) => busy > (usual[pool] ?? 0));
  await until(kept, ({ length }) => length === 0);
});

const ready = (world: FaultWorld) => Promise.all(withDatabase.map((name) => world.ready(name)));

const looks = 20;
const lookEveryMs = 50;

/**
 * How many connections of each pool are at work when nobody asks for anything, such as that on which the queue listens for jobs.
 * The database cannot tell: a client that was lost with the server and never given back has no connection any more, and
 * its pool is one smaller for good.
 */
async function atRest(world: FaultWorld): Promise<Record<string, number>> {
  const least: Record<string, number> = {};
  // The relay and the queue look by themselves now and then: the least that is seen is what never rests.
  for (let look = 0; look < looks; look += 1, await pause(lookEveryMs)) {
    for (const name of withDatabase) {
      for (const [key, busy] of await world.metrics(name)) {
        if (!key.startsWith("lienthong_database_connections_busy")) continue;
        const pool = `${name} ${key}`;
        least[pool] = Math.min(least[pool] ?? busy, busy);
      }
    }
  }
  assert.equal(Object.keys(least).length, withDatabase.length * 3);
  return least;
}
