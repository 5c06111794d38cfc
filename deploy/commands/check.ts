import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../run/failure.ts";

const repository = join(import.meta.dirname, "..", "..");
const walls = join(repository, ".dependency-cruiser.mjs");
const canary = join(repository, "deploy", "check", "canary");
// Every wall that .dependency-cruiser.mjs builds; the canary breaks each of them.
const wallsMax = 6;

type Step = { name: string; run: () => Promise<string | undefined> | undefined };

/** Checks what needs no running part, in seconds: types, lint, format, protos, walls between folders, the rules of the house. */
export async function check(): Promise<void> {
  const failed: string[] = [];
  for (const { name, run } of steps) {
    const began = performance.now();
    const complaint = await run();
    process.stdout.write(`${complaint ? "✖" : "✔"} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)\n`);
    if (complaint) failed.push(`${name}:\n${complaint}`);
  }
  if (failed.length > 0) throw new Failure(failed.join("\n\n"));
}

const steps: Step[] = [
  { name: "types", run: () => tool("tsc", ["-p", "tsconfig.json", "--noEmit"]) },
  {
    name: "types of the browser's part",
    run: () => tool("tsc", ["-p", "services/portal/browser/tsconfig.json", "--noEmit"]),
  },
  { name: "lint", run: () => tool("oxlint", ["--type-aware", "--deny-warnings"]) },
  { name: "format", run: () => tool("biome", ["format", "."]) },
  { name: "protos", run: () => tool("buf", ["lint"], join(repository, "proto")) },
  { name: "protos stay compatible", run: compatible },
  {
    name: "walls hold",
    run: () =>
      tool("depcruise", [
        "--config",
        walls,
        "services",
        "shared",
        "deploy",
        "e2e",
        "--exclude",
        "^deploy/check/canary",
      ]),
  },
  { name: "walls are seen to break", run: broken },
  {
    name: "rules of the house",
    run: () => tool(process.execPath, ["--test", "--test-reporter=spec", "deploy/check/*.test.ts"]),
  },
];

/** Against the image of the last release; before the first there is none. */
function compatible(): Promise<string | undefined> | undefined {
  const proto = join(repository, "proto");
  const released = join(proto, "released.binpb");
  return existsSync(released) ? tool("buf", ["breaking", "--against", "released.binpb"], proto) : undefined;
}

/** A checker that has lost its eyes finds no module and says that all is well: here it must find each wall broken. */
async function broken(): Promise<string | undefined> {
  const output = (await tool("depcruise", ["--config", walls, "services", "shared", "deploy"], canary)) ?? "";
  const seen = new Set([...output.matchAll(/error ([a-z-]+):/g)].map((match) => match[1]));
  return seen.size === wallsMax
    ? undefined
    : `${wallsMax} walls are broken in ${canary}, but only these were seen: ${[...seen].join(", ")}`;
}

/** @returns what the tool complained of, undefined when it did not */
function tool(name: string, args: string[], cwd = repository): Promise<string | undefined> {
  const program = name.startsWith("/") ? name : join(repository, "node_modules", ".bin", name);
  return new Promise((done) => {
    execFile(program, args, { cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      // One that could not even be started has said nothing itself.
      done(error ? `${stdout}${stderr}`.trim() || error.message : undefined),
    );
  });
}
