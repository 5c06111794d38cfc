import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { until } from "@lienthong/testing/until.ts";
import { counts } from "./counts.ts";
import type { Workload } from "./load.ts";
import { play } from "./play.ts";
import { offer, outcomes, percentile, type Probe } from "./probes.ts";
import { reportLine } from "./report.ts";
import { aStage, readersNames } from "./stage.ts";
import { everything } from "./workloads.ts";
import { aFaultWorld, type FaultWorld } from "./world.ts";

const fullForMs = counts(3, 60) * 1000;
const deadlineMs = 3_000;
// R0: who is refused learns it within two seconds.
const refusedWithinMs = 2_000;

// Into the log alone, and as much as no disk of these tests holds.
const writeLog = `do $$ begin
  for n in 1..1000 loop perform pg_logical_emit_message(false, 'F5', repeat('x', 8000000)); end loop;
end $$`;

let world: FaultWorld;
let workloads: Workload[];

before(async () => {
  world = await aFaultWorld({ volumes: ["postgres", "nats"] });
  workloads = await everything(world, await aStage(world));
});
after(() => world?.close());

test("F5: PostgreSQL's disk is full: writes are refused, reads go on, and with room all goes on by itself", async (t) => {
  if (!isMounted(t)) return;
  const { read, write } = await callsOf(world);
  const { postgres, ...services } = pidsOf(world);
  await play(world, {
    name: "F5 PostgreSQL's disk full",
    workloads,
    async harm() {
      await world.volume("postgres")!.fill();
      // What is written may still find room in pages that are there.
      await until(
        () => write().catch((fault: unknown) => fault),
        (answer) => answer instanceof CallFault && answer.kind === "unavailable",
      );
      const probes = await meanwhile(read);
      assert.deepEqual(Object.keys(outcomes(probes)), ["ok"]);
      await world.volume("postgres")!.makeRoom();
    },
  });
  assert.equal(world.postgres.pid, postgres, "PostgreSQL went on by itself");
  // Where its log finds no room it ends itself, and whatever watches over it starts it once there is some.
  await play(world, {
    name: "F5 no room for PostgreSQL's log",
    workloads,
    async harm() {
      // A full disk lets nobody new in: who writes into the log until there is no room must be in before.
      const writing = world.rows("identity", writeLog).catch(() => undefined);
      await until(
        () => world.rows("identity", "select from pg_stat_activity where query = $1", [writeLog]),
        ({ length }) => length > 0,
      );
      await world.volume("postgres")!.fill();
      await writing;
      await until(() => world.postgres.pid === 0);
      const probes = await meanwhile(read);
      assert.deepEqual(Object.keys(outcomes(probes)), ["unavailable"]);
      const waits = probes.map(({ ms }) => ms);
      assert(percentile(waits, 0.99) <= refusedWithinMs, `refusals took ${percentile(waits, 0.99)} ms`);
      assert.equal(await world.ready("identity"), false);
      await world.volume("postgres")!.makeRoom();
      await world.postgres.start();
    },
  });
  const { postgres: _, ...now } = pidsOf(world);
  assert.deepEqual(now, services, "no service was started again");
});

test("F5: the disk of the bus is full: commands and reads go on, events wait, and are told once the bus was started anew", async (t) => {
  if (!isMounted(t)) return;
  const { read, write } = await callsOf(world);
  const { nats: _, ...others } = pidsOf(world);
  await play(world, {
    name: "F5 disk of the bus full",
    workloads,
    async harm() {
      await world.volume("nats")!.fill();
      await until(
        () => waiting(world),
        (count) => count > 20,
        60_000,
      );
      const probes = await meanwhile(read, write);
      assert.deepEqual(Object.keys(outcomes(probes)), ["ok"]);
      await world.volume("nats")!.makeRoom();
      // It refuses the stream until it is started anew, and says so to who watches over it.
      assert.match(await healthOfBus(world), /write error/);
      await world.nats.stop();
      await world.nats.start();
    },
  });
  const { nats: __, ...now } = pidsOf(world);
  assert.deepEqual(now, others, "no service was started again");
});

/** Makes calls for a while. */
async function meanwhile(...calls: (() => Promise<unknown>)[]): Promise<Probe[]> {
  const offered = calls.map((call) => offer(10, call));
  await pause(fullForMs);
  const probes = (await Promise.all(offered.map((one) => one.stop()))).flat();
  reportLine(`F5 ${calls.length > 1 ? "reads and writes" : "reads"} meanwhile`, JSON.stringify(outcomes(probes)));
  return probes;
}

/** What a desk asks of identity, and what changes something there. */
async function callsOf(world: FaultWorld) {
  const [library] = await world.rows<{ id: string }>("identity", "select id from library");
  const libraryId = library?.id ?? "";
  const { identity } = await world.as({ roles: [`librarian.desk@${libraryId}`] }, libraryId);
  const reader = { fullName: readersNames[1], birthDate: "1990-04-12", pin: "", paperSeen: "cccd" };
  return {
    read: (): Promise<unknown> => identity.getLibrary({ code: libraryId, on: "" }, { deadlineMs }),
    write: (): Promise<unknown> =>
      identity.registerPatron(
        { ...reader, category: PatronCategory.ADULT, cardNumber: `D${randomUUID()}` },
        { requestId: randomUUID(), deadlineMs },
      ),
  };
}

/** How many events wait to be told. */
async function waiting(world: FaultWorld): Promise<number> {
  const [row] = await world.rows<{ count: number }>("identity", "select count(*)::int as count from outbox");
  return row?.count ?? 0;
}

/** What the bus says of itself to who watches over it. */
async function healthOfBus(world: FaultWorld): Promise<string> {
  const { http } = JSON.parse(readFileSync(join(world.folder, "nats", "nats.json"), "utf8")) as { http: string };
  return (await fetch(`http://${http}/healthz`)).text();
}

function isMounted(t: TestContext): boolean {
  const mounted = world.volume("postgres") !== undefined && world.volume("nats") !== undefined;
  if (!mounted) t.skip("NOT PLAYED: this process may not mount a disk of its own");
  return mounted;
}

const pidsOf = ({ services, postgres, nats }: FaultWorld): Record<string, number> => ({
  ...Object.fromEntries(Object.values(services).map(({ name, pid }) => [name, pid])),
  postgres: postgres.pid,
  nats: nats.pid,
});
