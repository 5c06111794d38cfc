import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "@lienthong/testing/until.ts";

const module = join(import.meta.dirname, "..", "run", "own-program.ts");
const endless = "process.stdout.write(String(process.pid)); setInterval(() => undefined, 1000)";

test("whoever asks a command to stop ends the program that it runs, and none is started after it", async (t) => {
  const command = `
    process.on("SIGTERM", () => undefined);
    const { ownProgram } = await import(${JSON.stringify(module)});
    for (const _ of ["first", "second"]) await ownProgram(["-e", ${JSON.stringify(endless)}]);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", command], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  t.after(() => child.kill("SIGKILL"));
  let told = "";
  child.stdout.on("data", (chunk) => (told += chunk));
  const pid = await until(() => told, Boolean);
  child.kill("SIGTERM");
  await once(child, "close");
  assert.equal(told, pid, "one program was started");
  assert.equal(existsSync(`/proc/${pid}`), false, "it has ended");
});
