import { all } from "./all.ts";
import { type Evidence, openEvidence, type Where } from "./evidence.ts";
import type { Finding, Invariant } from "./invariant.ts";
import { setTimeout as pause } from "node:timers/promises";

export type Asked = {
  /** The invariants to check; without it all. */
  only?: readonly Invariant["id"][];
  /** Values of made readers, planted in identity, that must be nowhere else (I5). */
  canaries?: readonly string[];
  /** How long work may be under way, in milliseconds. What is younger is not judged. */
  boundMs?: number;
  /** Looks again at what is violated until it holds, for so many milliseconds: after a fault the platform mends itself. */
  within?: number;
};

// The bound that search and consumers are held to while nothing is broken, with as much again for a slow machine.
const usualBoundMs = 20_000;
const lookAgainMs = 1_000;
const namedMax = 10;

/**
 * Checks the invariants of a whole platform, live, and changes nothing in it.
 * @throws Unreadable when a part does not let itself be read: then nothing is known
 */
export async function checkInvariants(where: Where, asked: Asked = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of findingsOf(where, asked)) findings.push(finding);
  return findings;
}

/** The same one by one, as they are found. */
export async function* findingsOf(where: Where, asked: Asked = {}): AsyncGenerator<Finding> {
  const { only, canaries = [], boundMs = usualBoundMs, within = 0 } = asked;
  const end = Date.now() + within;
  const evidence = openEvidence(where, { boundMs, canaries });
  try {
    for (const invariant of all.filter(({ id }) => !only || only.includes(id))) {
      let finding = await find(invariant, evidence);
      while (finding.count > 0 && Date.now() < end) {
        await pause(lookAgainMs);
        finding = await find(invariant, evidence);
      }
      yield finding;
    }
  } finally {
    await evidence.close();
  }
}

async function find({ id, promises, violations, lacks }: Invariant, evidence: Evidence): Promise<Finding> {
  const finding: Finding = { id, promises, count: 0, first: [] };
  const notAsked = lacks?.(evidence);
  if (notAsked !== undefined) return { ...finding, notAsked };
  for await (const violation of violations(evidence)) {
    finding.count += 1;
    if (finding.first.length < namedMax) finding.first.push(violation);
  }
  return finding;
}
