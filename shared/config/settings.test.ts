import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { port, readSettings, SettingsError, secretFile } from "./settings.ts";

test("settings come from the environment with their defaults and types", () => {
  const shape = { GRPC_PORT: port(7003), NAME: z.string() };
  assert.deepEqual(readSettings(shape, { NAME: "circulation" }), { GRPC_PORT: 7003, NAME: "circulation" });
});

test("every wrong setting is named with what was given and what is expected", () => {
  const shape = { GRPC_PORT: port(7003), KEY: secretFile("signs the cookie"), URL: z.url().describe("where it is") };
  assert.throws(
    () => readSettings(shape, { GRPC_PORT: "80", KEY: "/nowhere/at/all" }),
    (error: unknown) => {
      assert(error instanceof SettingsError);
      assert.equal(error.problems.length, 3);
      assert.match(error.problems[0] ?? "", /GRPC_PORT: is "80"/);
      assert.match(error.problems[1] ?? "", /signs the cookie.*a file that exists/);
      assert.match(error.problems[2] ?? "", /URL \(where it is\): is missing/);
      return true;
    },
  );
});
