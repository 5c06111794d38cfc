import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { answered } from "@lienthong/rpc/refusal.ts";
import { counts } from "./counts.ts";
import { play } from "./play.ts";
import { offer, outcomes, percentile, type Probe } from "./probes.ts";
import { reportLine } from "./report.ts";
import type { Line, ServiceName } from "./service-process.ts";
import { aStage, type Stage, sure } from "./stage.ts";
import type { TcpProxy } from "./tcp-proxy.ts";
import { everything, overRest } from "./workloads.ts";
import { aFaultWorld, type FaultWorld } from "./world.ts";

const isFull = counts(0, 1) === 1;
// What a desk does not need.
const besideTheDesk = ["gateway>catalogue", "catalogue>openSearch", "catalogue>nats"] as const;
const lines: readonly Line[] = [
  "circulation>postgres",
  "circulation>nats",
  "circulation>identity",
  "gateway>circulation",
  "catalogue>openSearch",
  ...(isFull ? (["catalogue>nats", "identity>postgres", "catalogue>postgres", "gateway>catalogue"] as const) : []),
];
const deadlineMs = 3_000;
// A busy machine wakes a caller a little later than they asked for.
const lateMs = 500;
const perSecond = 20;
// R0: whoever is refused is told to come again, and nobody that something is broken.
const mayBeTold = new Set(["ok", "unavailable", "too-late", "busy"]);
// Without these a service says that it is not ready; without another service it works on, with less.
const isNeeded = (line: Line) => /(postgres|nats|openSearch)$/.test(line);

const ways: Record<string, (line: TcpProxy) => void> = {
  "is cut": (line) => line.cut(),
  "is silent": (line) => line.swallow(),
  "lets nothing come back": (line) => line.swallow("back"),
  "lets nothing go there": (line) => line.swallow("there"),
};
// Longer than a deadline, so that it is seen what becomes of who waits; the longest for the lines that all depend on.
const secondsOf = (line: Line, way: string): readonly number[] => {
  if (!isFull) return [3.5];
  const longest = way === "is silent" && lines.indexOf(line) < 4;
  return longest ? [1, 30, 300] : [1, 30];
};
const played = Object.keys(ways).slice(0, counts(2, 4));

let world: FaultWorld;
let stage: Stage;

before(async () => {
  world = await aFaultWorld({ lines: [...new Set([...lines, ...besideTheDesk])] });
  stage = await aStage(world, { copies: 12 });
});
after(() => world?.close());

for (const way of played) {
  test(`F7: a line between two parts ${way}: nobody waits past the deadline, and all comes back by itself`, async () => {
    // What is done over REST is read back with what is done at circulation.
    const rest = { ...(await overRest(world, stage, 1)), readBack: async () => [] };
    const workloads = [...(await everything(world, stage)), rest];
    // In small all lines are broken in one fault, one after the other.
    for (const some of isFull ? lines.map((line) => [line]) : [lines]) {
      for (const long of secondsOf(some[0]!, way)) {
        await play(world, {
          name: `F7 ${some.length === 1 ? some[0] : "each line"} ${way} ${long} s`,
          workloads,
          async harm() {
            for (const line of some) await harmLine(line, way, long);
          },
        });
      }
    }
  });
}

/** Breaks one line, asks over all of them meanwhile, and looks how long who asked was kept waiting. */
async function harmLine(line: Line, way: string, long: number): Promise<void> {
  const at = await world.as(stage.staff, stage.libraryId);
  const calls = {
    identity: () => at.identity.getLibrary({ code: stage.libraryId, on: "" }, { deadlineMs }),
    circulation: () => at.circulation.pickList({ libraryId: stage.libraryId, after: "" }, { deadlineMs }),
    catalogue: () => at.catalogue.getTitle({ id: stage.titleId }, { deadlineMs }),
    gateway: overGateway,
  };
  const [owner] = line.split(">") as [ServiceName];
  const heardBefore = await heardBy();
  const { asked: askedBefore } = world.line(line);
  ways[way]?.(world.line(line));
  const offered = Object.values(calls).map((call) => offer(perSecond, call));
  const looked = pause((long * 1000) / 2).then(() => world.ready(owner));
  const [isReady] = await Promise.all([looked, pause(long * 1000)]);
  const asked = world.line(line).asked - askedBefore;
  world.line(line).restore();
  const probes = (await Promise.all(offered.map((one) => one.stop()))).flat();
  const slowest = Math.max(...probes.map(({ ms }) => ms));
  reportLine(`F7 ${line} ${way} ${long} s`, `${told(probes)}, connections asked for ${asked}`);
  assert(slowest <= deadlineMs + lateMs, `${line} ${way}: somebody waited ${slowest} ms`);
  assert.deepEqual(
    Object.keys(outcomes(probes)).filter((outcome) => !mayBeTold.has(outcome)),
    [],
    `${line} ${way}`,
  );
  if (isNeeded(line)) assert.equal(isReady, false, `${owner} was ready while ${line} ${way}`);
  // A call that finds no line asks for one connection at most; so do the clients of the load, and what works by itself.
  const failed = probes.filter(({ outcome }) => outcome !== "ok").length;
  assert(asked <= failed + long * perSecond, `${asked} connections were asked for over ${line}`);
  for (const [name, { again, all }] of await heardBy()) {
    const before = heardBefore.get(name)!;
    const [more, of] = [again - before.again, all - before.all];
    assert(more <= of / 10, `${line} ${way}: of ${of} calls that ${name} heard meanwhile ${more} were made again`);
  }
}

/** A desk's call through the gateway, which has the desk's deadline from there. */
async function overGateway(): Promise<void> {
  const { status } = await world.rest(stage.staff, `/api/v1/libraries/${stage.libraryId}/pick-list`);
  if (status >= 500) throw new CallFault(status === 504 ? "too-late" : "unavailable", `The gateway answered ${status}`);
  if (status >= 400) throw new Error(`The gateway answered ${status}`);
}

function told(probes: readonly Probe[]): string {
  const failed = probes.filter(({ outcome }) => outcome !== "ok").map(({ ms }) => ms);
  const waited = `errors p50 ${percentile(failed, 0.5).toFixed(0)} p99 ${percentile(failed, 0.99).toFixed(0)} ms`;
  return `${JSON.stringify(outcomes(probes))}  ${failed.length > 0 ? waited : "no errors"}`;
}

/** How many calls each service has heard, and how many of them were made again by their sender. */
async function heardBy() {
  const counted = new Map<ServiceName, { again: number; all: number }>();
  for (const name of ["identity", "catalogue", "circulation"] as const) {
    const metrics = [...(await world.metrics(name))];
    const sum = (metric: string) =>
      metrics.filter(([key]) => key.startsWith(metric)).reduce((all, [, value]) => all + value, 0);
    counted.set(name, { again: sum("lienthong_calls_again_total"), all: sum("lienthong_call_seconds_count") });
  }
  return counted;
}

test("F7: the desk goes on while catalogue and search are cut off", async () => {
  const at = await world.as(stage.staff, stage.libraryId);
  const [barcode = ""] = stage.barcodes;
  const cardNumber = stage.cards[0]?.number ?? "";
  const scanned = { itemId: "", branchId: stage.branchId, barcode };
  const turn = async () => {
    const asked = () => ({ requestId: randomUUID(), deadlineMs });
    sure(answered(await at.circulation.checkOut({ ...scanned, cardNumber }, asked())));
    sure(answered(await at.circulation.checkIn(scanned, asked())));
  };
  for (const harm of ["is cut", "is silent"] as const) {
    for (const line of besideTheDesk) ways[harm]?.(world.line(line));
    for (let n = 0; n < counts(10, 200); n += 1) {
      const began = performance.now();
      await turn();
      assert(performance.now() - began < deadlineMs, "a turn at the desk waited");
    }
    for (const line of besideTheDesk) world.line(line).restore();
  }
});
