import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { attacks, faults, invariants, leftOut, type Promised } from "./promises.ts";

const repository = join(import.meta.dirname, "..", "..");
const tests = ["{deploy,e2e,services,shared}/**/*.test.{ts,tsx}"];
// A title names the lines it plays before its colon: "F9: …", "A2, A5: …".
const title = /["'`]((?:[IFA]\d+)(?:(?:, | and )[IFA]\d+)*): /g;

/** The test files that play each line, by the titles of their tests. */
export function playedBy(): Map<string, string[]> {
  const played = new Map<string, string[]>();
  for (const file of globSync(tests, { cwd: repository, exclude: ["**/node_modules/**"] }).toSorted()) {
    const titles = readFileSync(join(repository, file), "utf8").matchAll(title);
    const lines = [...titles].flatMap(([, named = ""]) => named.split(/, | and /));
    for (const line of new Set(lines)) played.set(line, [...(played.get(line) ?? []), file]);
  }
  return played;
}

/** The tables of docs/reliability.md: every promise with the tests that play it and what they leave out, or why none does. */
export function promisesTable(): string {
  const played = playedBy();
  const row = ([line, says, whyNot]: Promised) => {
    const files = (played.get(line) ?? []).map((file) => `\`${file}\``).join(", ");
    const but = leftOut[line] === undefined ? "" : `; not played of it: ${leftOut[line]}`;
    return `| ${line} | ${says} | ${files ? `${files}${but}` : `not played: ${whyNot ?? "no test yet"}`} |`;
  };
  const table = (heading: string, promises: readonly Promised[]) =>
    [`### ${heading}`, "| line | what | played by |", "|---|---|---|", ...promises.map(row), ""].join("\n");
  return [
    table("What always holds", invariants),
    table("What is broken on purpose", faults),
    table("What is attacked on purpose", attacks),
  ].join("\n");
}
