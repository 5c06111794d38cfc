import { globSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../run/failure.ts";
import { ownProgram } from "../run/own-program.ts";
import { onTestPlatform } from "../run/test-platform.ts";
import { check } from "./check.ts";

/**
 * Everything a change must pass: the checks, then all tests on real parts and a whole platform, beside one that may be
 * running, on a data folder of its own that is forgotten afterwards. Arguments name test files to run alone.
 */
export async function test(args: string[]): Promise<void> {
  const passed = await onTestPlatform("test", {
    with: "services",
    shift: 1500,
    brief: true,
    beside: args.length === 0 ? check : undefined,
    work: (environment, repository) => runTests(repository, environment, args),
  });
  if (!passed) throw new Failure("Not all tests passed.");
}

type Group = {
  files: string;
  /** Files among them that belong to another group. */
  but?: string[];
  loader?: string[];
  cwd?: string;
  /** Without the addresses of the running platform. */
  alone?: boolean;
  /** How many files at once, where not two. */
  atOnce?: number;
};

const groups: Group[] = [
  // These wait most of the time, for parts that were killed to come back.
  { files: "shared/**/*.test.ts", atOnce: 3 },
  // These start parts of their own and must not be pointed at the running ones.
  { files: "deploy/test/**/*.test.ts", alone: true },
  { files: "services/{identity,catalogue,circulation,gateway}/**/*.test.ts" },
  // Pages are TSX, which Node does not strip by itself.
  { files: "services/portal/**/*.test.{ts,tsx}", loader: ["--import", "tsx"], cwd: "services/portal" },
  { files: "e2e/**/*.test.ts", but: ["e2e/attacks/**"] },
  // They flood the platform that all of them share, and some measure what that does to others.
  { files: "e2e/attacks/**/*.test.ts", atOnce: 1 },
];

// A file that neither fails nor ends would keep everybody waiting; the runner names it when it is interrupted.
const allTestsMsMax = 25 * 60_000;

async function runTests(repository: string, environment: Record<string, string>, only: string[]): Promise<boolean> {
  const end = Date.now() + allTestsMsMax;
  let passed = true;
  for (const { files, but = [], loader = [], cwd = "", alone, atOnce = 2 } of groups) {
    const found = globSync(files, { cwd: repository, exclude: ["**/node_modules/**", ...but] });
    if (found.length === 0) throw new Failure(`No test is found by ${files}.`);
    const wanted = found.filter((file) => only.length === 0 || only.includes(file));
    if (wanted.length === 0) continue;
    const options = ["--test", `--test-concurrency=${atOnce}`, "--test-timeout=300000"];
    const well = await ownProgram([...loader, ...options, ...wanted.map((file) => join(repository, file))], {
      cwd: join(repository, cwd),
      environment: alone ? {} : environment,
      msMax: Math.max(1, end - Date.now()),
    });
    passed &&= well;
  }
  return passed;
}
