import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Load, Workload } from "./load.ts";
import { play } from "./play.ts";
import { aStage } from "./stage.ts";
import { everything } from "./workloads.ts";
import { aFaultWorld, type FaultWorld } from "./world.ts";

// What a bus that comes back has lost is put back by a comparison, which begins when it is there again.
const answersWhileLost = 60;

let world: FaultWorld;
let workloads: Workload[];
let pids: number[];
const pidsNow = () => Object.values(world.services).map(({ pid }) => pid);

before(async () => {
  world = await aFaultWorld();
  workloads = await everything(world, await aStage(world));
  pids = pidsNow();
});
after(() => world?.close());

test("F9: a bus whose store was wiped under load is filled again from the owners, and no desk notices", async () => {
  await play(world, {
    name: "F9 store wiped",
    workloads,
    async harm(load) {
      await world.nats.wipe();
      await goesOn(load);
      await world.nats.start();
    },
  });
  assert.deepEqual(pidsNow(), pids, "no service was started again");
});

test("F10: a bus whose store was put back to an older copy gets what it has forgotten, though numbers are used again", async () => {
  await play(world, {
    name: "F10 store rolled back",
    workloads,
    async harm(load) {
      await world.nats.copy();
      await load.answers(answersWhileLost);
      await world.nats.rollBack();
      await goesOn(load);
      await world.nats.start();
    },
  });
  assert.deepEqual(pidsNow(), pids, "no service was started again");
});

/** Commands are answered while there is no bus: their events wait. */
const goesOn = (load: Load) => load.answers(answersWhileLost);
