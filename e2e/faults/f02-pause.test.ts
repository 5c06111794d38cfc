import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { until } from "@lienthong/testing/until.ts";
import { counts } from "./counts.ts";
import { play } from "./play.ts";
import { aStage } from "./stage.ts";
import { everything } from "./workloads.ts";
import { aFaultWorld, type FaultWorld } from "./world.ts";

const isFull = counts(0, 1) === 1;
const seconds = isFull ? [5, 30, 120] : [3];
// So long PostgreSQL bears with somebody who holds a lock and does nothing (shared/database); then it gives it to others.
const idleSecondsMax = 30;
// Less than a relay waits for the bus; another relay of the service may have been the first at all that there was.
const silentMsMax = 3_000;
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
          const batch = await pausedInABatch(world, name);
          const slept = pause(asleep * 1000);
          const waited = await waitedFor(world, name);
          assert(waited < deadlineMs + tellMs, `a caller of ${name} waited ${waited} ms`);
          // In small nobody waits for so long: PostgreSQL is told to do at once what it would do then.
          if (!isFull) await world.rows(name, "select pg_terminate_backend($1)", [batch.backend]);
          await slept;
          // What it was about to publish the other one has published meanwhile: it wakes up with a lock that it lost.
          if (!isFull || asleep > idleSecondsMax)
            await until(
              () => stillWaiting(world, name, batch.events),
              (count) => count === 0,
              60_000,
            );
          world.services[name].resume();
        },
      });
    }
  });
}

type Owner = "circulation" | "catalogue" | "identity";
/** What a relay holds: its connection's process at PostgreSQL and port on this side, and the events of its shards. */
type Batch = { backend: number; port: number; events: string[] };

/** Lets a service fall asleep while its relay holds shards of the outbox, between having locked and having archived. */
async function pausedInABatch(world: FaultWorld, name: Owner): Promise<Batch> {
  const { pid } = world.services[name];
  const held = async () => (await batches(world, name)).filter(({ port }) => hasPort(pid, port));
  const asleep = async () => {
    // While the bus says nothing, a relay that has published waits with what it has locked.
    world.nats.pause();
    try {
      const found = await until(held, ({ length }) => length > 0, silentMsMax).catch(() => []);
      if (found.length > 0) world.services[name].pause();
      return found;
    } finally {
      world.nats.resume();
    }
  };
  const [batch] = await until(asleep, ({ length }) => length > 0, 60_000);
  return batch!;
}

const batches = (world: FaultWorld, name: Owner) =>
  world.rows<Batch>(
    name,
    `select pid as backend, client_port as port, array_agg(outbox.id::text) as events
     from pg_locks join pg_stat_activity using (pid) join outbox on outbox.shard = objid::bigint
     where locktype = 'advisory' and classid::bigint = hashtext('outbox') & 4294967295 and objsubid = 2 and granted
       and datname = current_database()
     group by pid, client_port`,
  );

/** Whether a process holds this port's end of a connection on this machine. */
function hasPort(pid: number, port: number): boolean {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const sockets = readFileSync(`/proc/${pid}/net/tcp`, "utf8").split("\n");
  const inode = sockets.map((line) => line.trim().split(/\s+/)).find((line) => line[1] === address)?.[9];
  const open = readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  return open.includes(`socket:[${inode}]`);
}

/** Where a link leads; nowhere when it is gone by now. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** How many of these events are not yet published. */
async function stillWaiting(world: FaultWorld, name: Owner, events: string[]): Promise<number> {
  const [row] = await world.rows<{ count: number }>(
    name,
    "select count(*)::int as count from outbox where id = any($1::uuid[])",
    [events],
  );
  return row?.count ?? 0;
}

/** How long somebody waits who asks a service that sleeps. */
async function waitedFor(world: FaultWorld, name: Owner): Promise<number> {
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
