import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { play } from "./play.ts";
import { aStage } from "./stage.ts";
import { everything } from "./workloads.ts";
import { aFaultWorld, type FaultWorld } from "./world.ts";

const seconds = process.env.FAULT_COUNTS === "full" ? [5, 30, 120] : [3];
const deadlineMs = 1_000;
// What a machine that does other work besides may take to tell the caller that the time is over.
const tellMs = 1_500;

for (const asleep of seconds) {
  test(`F2: services that sleep ${asleep} s wake up late and do no harm; nobody waits for them past the deadline`, async (t) => {
    const world = await aFaultWorld();
    t.after(() => world.close());
    const workloads = await everything(world, await aStage(world));
    // While a relay sleeps in the middle of a batch, another one goes on with what it holds no lock on.
    for (const name of ["circulation", "catalogue", "identity"] as const) await (await world.replica(name)).start();
    for (const name of ["circulation", "catalogue", "identity"] as const) {
      await play(world, {
        name: `F2 ${name} sleeps ${asleep} s`,
        workloads,
        async harm() {
          world.services[name].pause();
          const slept = pause(asleep * 1000);
          const waited = await waitedFor(world, name);
          assert(waited < deadlineMs + tellMs, `a caller of ${name} waited ${waited} ms`);
          await slept;
          world.services[name].resume();
        },
      });
    }
  });
}

/** How long somebody waits who asks a service that sleeps. */
async function waitedFor(world: FaultWorld, name: "circulation" | "catalogue" | "identity"): Promise<number> {
  const context = { deadlineMs };
  const { circulation, catalogue, identity } = await world.as({});
  const ask = {
    circulation: () => circulation.myAccount({}, context),
    catalogue: () => catalogue.getTitle({ id: "u0" }, context),
    identity: () => identity.getLibrary({ code: "VN-000001P", on: "" }, context),
  };
  const begun = performance.now();
  await assert.rejects(ask[name](), (fault) => fault instanceof CallFault && fault.kind === "too-late");
  return performance.now() - begun;
}
