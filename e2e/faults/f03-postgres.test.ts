import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "@lienthong/testing/until.ts";
import { counts } from "./counts.ts";
import { play } from "./play.ts";
import { aStage } from "./stage.ts";
import { everything } from "./workloads.ts";
import { aFaultWorld, type FaultWorld } from "./world.ts";

// What the services' pools may open together: a connection beyond them was leaked by one.
const connectionsMax = 4 * (12 + 6 + 4);

test("F3: after PostgreSQL was killed under load every ok is there, and the pools come back by themselves", async (t) => {
  const world = await aFaultWorld();
  t.after(() => world.close());
  const workloads = await everything(world, await aStage(world));
  const pids = Object.values(world.services).map(({ pid }) => pid);
  for (let kill = 1; kill <= counts(1, 20); kill += 1) {
    await play(world, {
      name: `F3 postmaster killed, ${kill}`,
      workloads,
      recoverySecondsMax: 10,
      async harm() {
        await world.postgres.kill();
        await world.postgres.start();
      },
    });
  }
  assert.deepEqual(
    Object.values(world.services).map(({ pid }) => pid),
    pids,
    "no service was started again",
  );
  const open = await until(
    () => connections(world),
    (count) => count <= connectionsMax,
  );
  t.diagnostic(`${open} connections are open in the end, ${connectionsMax} may be`);
});

async function connections(world: FaultWorld): Promise<number> {
  const [row] = await world.rows<{ count: number }>(
    "identity",
    `select count(*)::int as count from pg_stat_activity where usename like '%\\_app'`,
  );
  return row?.count ?? 0;
}
