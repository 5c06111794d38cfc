import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { armFault, faultPoints, faultSettings } from "./fault-point.ts";
import { readSettings, SettingsError } from "./settings.ts";

const repository = join(import.meta.dirname, "../..");

test("a start outside a fault test refuses FAULT and says why", () => {
  assert.throws(
    () => armFault(readSettings(faultSettings, { FAULT: "K4:3" })),
    (error: unknown) => error instanceof SettingsError && /FAULT: is "K4:3"; it kills this process/.test(error.message),
  );
  assert.doesNotThrow(() => armFault(readSettings(faultSettings, {})));
});

test("a point that is not there, or no count, is refused with what is expected", () => {
  for (const FAULT of ["K99:1", "K4", "K4:0", "toString:1"]) {
    assert.throws(() => readSettings(faultSettings, { FAULT, FAULT_WORLD: "here" }), /expected: K4:3/);
  }
});

test("each point stands in the code exactly where it is declared, and no other does", () => {
  const files = globSync("{shared,services}/**/*.ts", {
    cwd: repository,
    exclude: ["**/node_modules/**", "**/*.test.ts"],
  });
  const found = files.flatMap((file) =>
    [...readFileSync(join(repository, file), "utf8").matchAll(/faultPoint\("(K\d+)"\)/g)].map(
      ([, name]) => `${name} in ${file}`,
    ),
  );
  const declared = Object.entries(faultPoints).map(([name, { at }]) => `${name} in ${at}`);
  assert.deepEqual(found.toSorted(), declared.toSorted());
});

test("the process dies by SIGKILL the third time it passes, and at no other point", () => {
  const program = `
    import { armFault, faultPoint } from "./fault-point.ts";
    armFault({ FAULT: "K4:3", FAULT_WORLD: "here" });
    for (const time of [1, 2, 3, 4]) { faultPoint("K1"); faultPoint("K4"); process.stdout.write(String(time)); }`;
  const died = spawnSync(process.execPath, ["--input-type=module-typescript", "--eval", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  assert.deepEqual([died.signal, died.stdout], ["SIGKILL", "12"]);
});
