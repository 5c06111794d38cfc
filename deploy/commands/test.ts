import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../run/failure.ts";
import { check } from "./check.ts";

/**
 * Everything a change must pass: the checks, then all tests on real parts and a whole platform, beside one that may be
 * running, on a data folder of its own that is forgotten afterwards. Arguments name test files to run alone.
 */
export async function test(args: string[]): Promise<void> {
  if (args.length === 0) await check();
  process.env.PORT_SHIFT ??= "10000";
  const { readPlaces } = await import("../run/places.ts");
  const folder = `${readPlaces().kept}-test`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  process.env.LIENTHONG_DATA = folder;
  process.env.TRACES ??= `file:${join(folder, "spans.jsonl")}`;
  // The places and ports are read when these are loaded.
  const { bringUp } = await import("./start.ts");
  const { openPlatform, runUntilAsked } = await import("../run/platform.ts");
  const { testEnvironment } = await import("../test-environment.ts");
  const platform = await openPlatform();
  let passed = false;
  await runUntilAsked(platform, async () => {
    const parts = await bringUp(platform, { traces: false });
    const environment = await testEnvironment(platform, parts);
    passed = await runTests(platform.places.repository, environment, args);
    process.kill(process.pid, "SIGTERM");
  });
  await rm(folder, { recursive: true, force: true });
  if (!passed) throw new Failure("Not all tests passed.");
}

// Pages are TSX, which Node does not strip by itself.
const groups = [
  {
    loader: [],
    files: [
      "shared/**/*.test.ts",
      "deploy/test/**/*.test.ts",
      "services/{identity,catalogue,circulation,gateway}/**/*.test.ts",
      "e2e/**/*.test.ts",
    ],
  },
  { loader: ["--import", "tsx"], files: ["services/portal/**/*.test.{ts,tsx}"], cwd: "services/portal" },
];

async function runTests(repository: string, environment: Record<string, string>, only: string[]): Promise<boolean> {
  let passed = true;
  for (const { loader, files, cwd } of groups) {
    const wanted =
      only.length > 0 ? only.filter((file) => file.startsWith("services/portal/") === (cwd !== undefined)) : files;
    if (wanted.length === 0) continue;
    const at = join(repository, cwd ?? "");
    const patterns = wanted.map((file) => join(repository, file));
    const child = spawn(
      process.execPath,
      [...loader, "--test", "--test-concurrency=2", "--test-timeout=600000", ...patterns],
      {
        cwd: at,
        env: { ...process.env, ...environment },
        stdio: "inherit",
      },
    );
    const [code] = (await once(child, "exit")) as [number | null];
    passed &&= code === 0;
  }
  return passed;
}
