import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import type { Finding } from "../../deploy/invariants/invariant.ts";
import { effectsFromNow, startLoad, type Workload } from "../faults/load.ts";
import { violations } from "../faults/play.ts";
import { type ServiceName, serviceNames } from "../faults/service-process.ts";
import { settled } from "../faults/settle.ts";
import { aStage } from "../faults/stage.ts";
import { type Verdict, verdictOf } from "../faults/verdict.ts";
import { desks, imports } from "../faults/workloads.ts";
import type { FaultWorld } from "../faults/world.ts";
import { percentile, type Point, slopePerMinute } from "./figures.ts";
import { readers } from "./readers.ts";

export type Soaked = {
  minutes: number;
  asks: number;
  verdict: Verdict;
  violated: Finding[];
  /** MiB a minute, by service, after the warm-up. */
  rssSlope: Record<ServiceName, number>;
  /** Milliseconds that 99 of 100 asks did not exceed, in the first part after the warm-up and in the last. */
  p99First: number;
  p99Last: number;
};

// Parts of the whole time: 5 minutes of an hour. What a process does once, such as compiling its code, is no leak.
const warmUp = 1 / 12;
const part = 1 / 12;
// A heap takes longer to find its size than calls to find their speed.
const rssWarmUp = 1 / 4;
const pagesPerMiB = 256;

/** Works a world for so many minutes as an ordinary day does, and looks at what is lost, what grows and what slows down. */
export async function soak(world: FaultWorld, minutes: number, say: (line: string) => void): Promise<Soaked> {
  const waits: Point[] = [];
  const rss = Object.fromEntries(serviceNames.map((name) => [name, [] as Point[]])) as Record<ServiceName, Point[]>;
  const began = performance.now();
  const now = () => (performance.now() - began) / 60_000;
  const took = (ms: number) => void waits.push({ at: now(), value: ms });
  const workloads = await anOrdinaryDay(world, took);
  const effects = await effectsFromNow(workloads);
  const load = startLoad(workloads, { took });

  for (let minute = 1; minute < minutes + 1; minute += 1) {
    while (now() < Math.min(minute, minutes)) {
      for (const name of serviceNames) rss[name].push({ at: now(), value: await rssMiB(world.services[name].pid) });
      await pause(2_000);
    }
    const last = waits.filter(({ at }) => at > minute - 1).map(({ value }) => value);
    const memory = serviceNames.map((name) => `${name} ${rss[name].at(-1)?.value.toFixed(0)}`).join(" ");
    const [p50, p99] = [0.5, 0.99].map((share) => percentile(last, share).toFixed(1));
    say(`minute ${minute}  asks ${last.length}  p50 ${p50} ms  p99 ${p99} ms  RSS ${memory} MiB`);
  }
  await load.stop();
  await settled(world, 300_000);
  const between = (from: number, to: number) =>
    waits.filter(({ at }) => at >= from * minutes && at <= to * minutes).map(({ value }) => value);
  return {
    minutes,
    asks: waits.length,
    verdict: verdictOf(load.history.entries, await effects()),
    violated: await violations(world),
    rssSlope: Object.fromEntries(
      serviceNames.map((name) => [name, slopePerMinute(rss[name].filter(({ at }) => at >= rssWarmUp * minutes))]),
    ) as Record<ServiceName, number>,
    p99First: percentile(between(warmUp, warmUp + part), 0.99),
    p99Last: percentile(between(1 - part, 1), 0.99),
  };
}

/** Eight desks, four readers and a cataloguer, as busy as people are in a full house, and the machine half so. */
async function anOrdinaryDay(world: FaultWorld, took: (ms: number) => void): Promise<Workload[]> {
  const house = await aStage(world, { cards: 8, copies: 8 });
  const other = await aStage(world, { cards: 4, copies: 4, title: "Số đỏ", category: PatronCategory.ADULT });
  return [
    { ...(await desks(world, house, 8)), pauseMs: 500 },
    await readers(world, other, took, 500),
    { ...(await imports(world, other, 1)), pauseMs: 5_000 },
  ];
}

async function rssMiB(pid: number): Promise<number> {
  const statm = await readFile(`/proc/${pid}/statm`, "utf8");
  return Number(statm.split(" ")[1]) / pagesPerMiB;
}
