import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

test("A21: an error of any size is one line that can be read, without what the driver hung on it", () => {
  const program = `
    const { openLog } = await import(${JSON.stringify(join(import.meta.dirname, "log.ts"))});
    const error = Object.assign(new Error("x".repeat(1_000_000)), { detail: "Nguyễn Thu Hà" });
    error.cause = error;
    openLog("service").error({ err: error, note: "a\\nb\\u001b[2J" }, "it failed");
    openLog("service").error({ err: "y".repeat(1_000_000) }, "it failed");`;
  const written = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  const lines = written.trim().split("\n");
  assert.equal(lines.length, 2);
  for (const line of lines) assert.ok(line.length < 40_000, `${line.length} characters`);
  assert.equal((JSON.parse(lines[0]!) as { note: string }).note, "a\nb\u001b[2J");
  assert.ok(!written.includes("Nguyễn"));
});
