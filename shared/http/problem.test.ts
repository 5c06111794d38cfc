import assert from "node:assert/strict";
import { test } from "node:test";
import { badInput, CallFault } from "@lienthong/rpc/fault.ts";
import { problemOfError, problemOfRefusal } from "./problem.ts";

test("whatever goes wrong becomes a problem that says no more than its caller may know", () => {
  const cases: [string, unknown, number, string][] = [
    ["a field of the request", badInput({ field: "query.size", problem: "at most 50" }), 400, "frame/bad-input"],
    ["a part that is down", new CallFault("unavailable", "connect hunter2:7002"), 503, "frame/unavailable"],
    ["a body that is too large", Object.assign(new Error("too large"), { statusCode: 413 }), 413, "frame/too-large"],
    ["a body of another kind", Object.assign(new Error("kind"), { statusCode: 415 }), 415, "frame/media-type"],
    ["a body that is no JSON", Object.assign(new Error("broken"), { statusCode: 400 }), 400, "frame/bad-input"],
    ["an error inside", new Error("password is hunter2"), 500, "frame/fault"],
    ["something that is no error", "thrown text", 500, "frame/fault"],
  ];
  for (const [what, error, status, code] of cases) {
    const problem = problemOfError(error);
    assert.deepEqual([problem.status, problem.code], [status, code], what);
    assert.ok(!JSON.stringify(problem).includes("hunter2"), what);
  }
});

test("a refusal keeps its code and what its sentence names", () => {
  const refused = { code: "circulation.check-out/loan-limit-reached", details: { limit: "5" } };
  assert.deepEqual(problemOfRefusal({ refused }, 409), {
    type: "urn:lienthong:problem:circulation.check-out/loan-limit-reached",
    title: "A rule refuses this",
    status: 409,
    code: refused.code,
    details: { limit: "5" },
  });
});
