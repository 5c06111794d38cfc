import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";

/** Machine and versions, as they stand beside every figure. */
export function machine(): Record<string, string> {
  const root = join(import.meta.dirname, "../..");
  const lock = JSON.parse(readFileSync(join(root, "deploy/parts.lock.json"), "utf8")) as Record<string, unknown>;
  const versions = Object.entries(lock).flatMap(([part, entry]) => {
    const version = (entry as { version?: string }).version;
    return version ? [[part, version] as const] : [];
  });
  return {
    cores: String(availableParallelism()),
    processor: cpus()[0]?.model ?? "unknown",
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    kernel: release(),
    node: process.version,
    ...Object.fromEntries(versions),
    commit: commitOf(root),
  };
}

function commitOf(root: string): string {
  try {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
    return (
      git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "--untracked-files=no") ? ", changed" : "")
    );
  } catch {
    return "not known";
  }
}

export type LoadSeen = {
  /** Load averages of one minute before and after. */
  before: number;
  after: number;
  /** Cores that others than the bench and its platform kept busy, on average. */
  outsideCores: number;
};

/** From more than this much load of others on, a figure says more of them than of us. */
export const outsideCoresMax = 0.5;

/**
 * Watches what the machine does besides: the work of all processors less that of the processes that stand below these.
 * @param roots processes that belong to the measurement, with all that they start; asked at the end
 */
export function watchLoad(roots: () => number[]): () => LoadSeen {
  const [before = 0] = loadavg();
  const began = { at: performance.now(), busy: busyTicks(), processes: allProcesses() };
  return () => {
    const seconds = (performance.now() - began.at) / 1000;
    const outside = busyTicks() - began.busy - ownTicks(roots(), began.processes);
    const [after = 0] = loadavg();
    return { before, after, outsideCores: Math.max(0, outside / ticksPerSecond / seconds) };
  };
}

// What Linux counts in, on every architecture that we run on.
const ticksPerSecond = 100;

/** User, nice, system, interrupts and what another machine on the same host has taken. */
function busyTicks(): number {
  const [, user, nice, system, , , irq, softirq, steal] = readFileSync("/proc/stat", "utf8")
    .split("\n", 1)[0]!
    .split(/\s+/);
  return sum([user, nice, system, irq, softirq, steal].map(Number));
}

type Process = { pid: number; parent: number; ticks: number };

/** What these and their descendants have done since. A process that has ended meanwhile counts with the one that made it. */
function ownTicks(roots: number[], since: Process[]): number {
  const before = new Map(since.map((process) => [process.pid, process]));
  const now = allProcesses();
  const own = below(roots, now);
  const ofOwn = new Set(own.map(({ pid }) => pid));
  const alive = new Set(now.map(({ pid }) => pid));
  const ended = since.filter(({ pid, parent }) => !alive.has(pid) && ofOwn.has(parent));
  return sum(own.map(({ pid, ticks }) => ticks - (before.get(pid)?.ticks ?? 0))) - sum(ended.map(({ ticks }) => ticks));
}

/** The ids of these processes and of all that descend from them. */
export const processesBelow = (roots: number[]): number[] => below(roots, allProcesses()).map(({ pid }) => pid);

function below(roots: number[], all: Process[]): Process[] {
  const childrenOf = Map.groupBy(all, ({ parent }) => parent);
  const found = new Set(all.filter(({ pid }) => roots.includes(pid)));
  // A set goes on with what is added while it is gone through.
  for (const one of found) for (const child of childrenOf.get(one.pid) ?? []) found.add(child);
  return [...found];
}

const allProcesses = (): Process[] =>
  readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? statOf(Number(name)) : []));

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

function statOf(pid: number): Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may hold anything; what follows it is blank-separated.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = sum(fields.slice(11, 15).map(Number));
    return [{ pid, parent: Number(fields[1]), ticks }];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
