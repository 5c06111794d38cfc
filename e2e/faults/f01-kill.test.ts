import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type FaultPoint, faultPoints } from "@lienthong/config/fault-point.ts";
import { counts } from "./counts.ts";
import type { Load } from "./load.ts";
import { play } from "./play.ts";
import type { ServiceName } from "./service-process.ts";
import { aStage } from "./stage.ts";
import type { Victim } from "./victim.ts";
import { everything, overRest } from "./workloads.ts";
import { aFaultWorld } from "./world.ts";

// Identity hears nobody, and only catalogue writes an index.
const passedBy = (point: FaultPoint): ServiceName[] => {
  if (point === "K10") return ["catalogue"];
  return point === "K6" || point === "K7" ? ["catalogue", "circulation"] : ["identity", "catalogue", "circulation"];
};

/** Kills a process where it passes each of these points, one after the other; it is left dead. */
async function killAt(victim: Victim, points: readonly FaultPoint[]): Promise<void> {
  await victim.stop();
  for (const point of points) {
    await victim.start({ FAULT: `${point}:${1 + randomInt(8)}` });
    // One that ends by itself has not passed the point.
    assert.equal(await victim.ended(), "SIGKILL", `${victim.name} at ${point}`);
  }
}

/** How many seconds pass from the mending of a cause until every client is served. */
async function recovery(load: Load, mends: () => Promise<void>): Promise<number> {
  const since = performance.now();
  await mends();
  await load.everybodyAnswered(recoveryMsMax);
  return (performance.now() - since) / 1000;
}

/** The longest of so many recoveries, one after the other. */
async function longest(times: number, one: () => Promise<number>): Promise<number> {
  let seconds = 0;
  for (let time = 1; time <= times; time += 1) seconds = Math.max(seconds, await one());
  return seconds;
}

const points = Object.keys(faultPoints) as FaultPoint[];
const killed = ["identity", "catalogue", "circulation"] as const;
const kills = counts(1, 20);
const recoveryMsMax = 30_000;

if (kills === 1)
  test("F1: services killed at each of their points at once, under load, lose nothing and do nothing twice", async (t) => {
    const world = await aFaultWorld();
    t.after(() => world.close());
    const workloads = await everything(world, await aStage(world));
    const passed = (service: ServiceName) => points.filter((point) => passedBy(point).includes(service));
    await play(world, {
      name: "F1 all services at each point",
      workloads,
      async harm() {
        const killAndStart = async (name: ServiceName) => {
          await killAt(world.services[name], passed(name));
          await world.services[name].start();
        };
        await Promise.all(killed.map(killAndStart));
      },
    });
  });
else
  for (const point of points) {
    for (const service of passedBy(point)) {
      test(`F1: ${service} killed ${kills} times at ${point} under load loses nothing and does nothing twice`, async (t) => {
        const world = await aFaultWorld();
        t.after(() => world.close());
        const workloads = await everything(world, await aStage(world));
        await play(world, {
          name: `F1 ${service} at ${point}, ${kills} times`,
          workloads,
          harm: (load) =>
            longest(kills, async () => {
              await killAt(world.services[service], [point]);
              return recovery(load, () => world.services[service].start());
            }),
        });
      });
    }
  }

test("F1: a gateway killed under load answers a repeated request as at first, and starts with no fault outside a test", async (t) => {
  const world = await aFaultWorld();
  t.after(() => world.close());
  const stage = await aStage(world);
  await play(world, {
    name: `F1 gateway killed, ${kills} times`,
    workloads: [await overRest(world, stage, 4)],
    harm: (load) =>
      longest(kills, async () => {
        await world.services.gateway.kill();
        return recovery(load, () => world.services.gateway.start());
      }),
  });

  const { gateway } = world.services;
  await gateway.stop();
  await gateway.start({ FAULT: "K4:1", FAULT_WORLD: "" });
  await gateway.ended();
  const log = readFileSync(join(world.folder, "log", "gateway.log"), "utf8");
  assert.match(log, /FAULT: is "K4:1"; it kills this process and is taken in fault tests alone/);
});
