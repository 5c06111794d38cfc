import { appendFileSync } from "node:fs";
import type { Finding } from "../../deploy/invariants/invariant.ts";
import { type Verdict, wrongs } from "./verdict.ts";

/** The checker's line of a fault: what clients were told, what was found wrong, and how long it took to come back. */
export function report(name: string, verdict: Verdict, violated: readonly Finding[], recoverySeconds: number): void {
  const told = (["ok", "refused", "unknown", "asked"] as const).map((count) => `${count} ${verdict[count]}`);
  const wrong = wrongs.map((found) => `${found} ${verdict[found].length}`);
  const broken = violated.map(({ id, count }) => `${id} violated ${count}`).join(", ") || "invariants ok";
  reportLine(name, [...told, ...wrong, broken, `recovery ${recoverySeconds.toFixed(1)} s`].join("  "));
}

/** A line for people, and for the file of all lines where FAULTS_FILE names one. */
export function reportLine(name: string, text: string): void {
  const line = `${name.padEnd(36)} ${text}`;
  process.stdout.write(`${line}\n`);
  if (process.env.FAULTS_FILE) appendFileSync(process.env.FAULTS_FILE, `${line}\n`);
}
