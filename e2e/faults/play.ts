import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkInvariants } from "../../deploy/invariants/check.ts";
import type { Finding } from "../../deploy/invariants/invariant.ts";
import { whereAt } from "../../deploy/invariants/where.ts";
import { effectsFromNow, type Load, startLoad, type Workload } from "./load.ts";
import { report } from "./report.ts";
import { serviceNames } from "./service-process.ts";
import { readersNames } from "./stage.ts";
import { settled } from "./settle.ts";
import { isClean, type Verdict, verdictOf, wrongs } from "./verdict.ts";
import type { FaultWorld } from "./world.ts";

export type Played = Verdict & { recoverySeconds: number };

export type Fault = {
  /** Its line in the reference and what is done, as `F1 circulation at K4`. */
  name: string;
  workloads: readonly Workload[];
  /**
   * Breaks something while clients work, and mends its cause before it returns. One that does so again and again lets them
   * recover each time, and returns how many seconds the longest recovery took.
   */
  harm(load: Load): Promise<number | void>;
  /** Seconds after the cause has ended until every client is answered; R0 unless the fault has its own. */
  recoverySecondsMax?: number;
  /** Answers that are waited for before the fault, and after the recovery. */
  answers?: number;
};

// R0: ready again within half a minute after the cause ends, and no hand needed.
const recoverySecondsMax = 30;
// Search and consumers may be behind for so long after a fault, and the refill of a bus that lost something longer.
const invariantsMsMax = 60_000;

/**
 * Plays one fault under load: clients work before, during and after it. In the end everything that was answered for must
 * be there, once and in order, and every invariant hold. The history is kept where the verdict is bad.
 */
export async function play(world: FaultWorld, fault: Fault): Promise<Played> {
  const folder = process.env.FAULTS_FOLDER ?? tmpdir();
  const file = join(folder, `history ${fault.name} ${process.pid}-${Date.now()}.jsonl`.replaceAll(" ", "-"));
  const effects = await effectsFromNow(fault.workloads);
  const load = startLoad(fault.workloads, { file });
  const recoverySeconds = await underLoad(load, fault).catch((error: unknown) => {
    load.abandon();
    throw error;
  });
  await load.stop();
  await settled(world);

  const verdict = verdictOf(load.history.entries, await effects());
  const violated = await violations(world);
  report(fault.name, verdict, violated, recoverySeconds);
  assert(isClean(verdict), `${fault.name}: ${firstOf(verdict)}; the history: ${file}`);
  assert.deepEqual(violated, [], `${fault.name}: the history: ${file}`);
  if (process.env.FAULTS_FOLDER === undefined) rmSync(file);
  return { ...verdict, recoverySeconds };
}

/** @returns how many seconds it took until every client was served again */
async function underLoad(load: Load, fault: Fault): Promise<number> {
  const { answers = 40 } = fault;
  await load.answers(answers);
  const longest = (await fault.harm(load)) ?? 0;
  const mended = performance.now();
  await load.everybodyAnswered((fault.recoverySecondsMax ?? recoverySecondsMax) * 1000);
  const recoverySeconds = Math.max(longest, (performance.now() - mended) / 1000);
  await load.answers(answers);
  return recoverySeconds;
}

/** What breaks an invariant once nothing is under way any more; one that could not be asked counts as broken. */
export async function violations(world: FaultWorld): Promise<Finding[]> {
  const at = await whereAt({ ...world.where, services: serviceNames }, world.where.secrets);
  const where = { ...at, traces: { files: [join(world.folder, "log")], pages: [] } };
  const findings = await checkInvariants(where, { boundMs: 0, within: invariantsMsMax, canaries: readersNames });
  return findings.filter(({ count, notAsked }) => count > 0 || notAsked !== undefined);
}

const firstOf = (verdict: Verdict) =>
  JSON.stringify(Object.fromEntries(wrongs.map((wrong) => [wrong, verdict[wrong].slice(0, 5)])));
