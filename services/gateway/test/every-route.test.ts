import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { routes } from "../routes.ts";
import { anId } from "./builders.ts";
import { type OpenDoor, openDoorBefore } from "./stand-ins.ts";

let door: OpenDoor;
before(async () => {
  door = await openDoorBefore({});
});
after(() => door.stop());

const addressOf = (path: string) => path.replaceAll(/\{\w+\}/g, anId);

test("every door that is not public asks for a token before anything else", async () => {
  for (const { method, path, public: open } of routes) {
    const answer = await door.app.inject({ method, url: addressOf(path) });
    assert.equal(answer.statusCode === 401, !open, `${method} ${path} without a token answered ${answer.statusCode}`);
    if (open) continue;
    assert.equal(answer.headers["www-authenticate"], 'Bearer realm="lienthong"', path);
    assert.equal(answer.json().code, "frame/no-token", path);
  }
});

test("what is no bearer token is refused at every door, public ones too", async () => {
  for (const { method, path } of routes) {
    for (const authorization of ["Basic bGFuOmxhbg==", "Bearer", "Bearer a b", "eyJhbGciOiJub25lIn0"]) {
      const answer = await door.app.inject({ method, url: addressOf(path), headers: { authorization } });
      assert.equal(answer.statusCode, 401, `${method} ${path} with "${authorization}"`);
    }
  }
});

test("every POST asks for a usable idempotency key", async () => {
  const authorization = `Bearer ${await door.token({})}`;
  for (const { method, path } of routes.filter((route) => route.method === "POST")) {
    for (const key of [undefined, "short", "with a blank in it", "ký-tự-có-dấu", "k".repeat(201)]) {
      const headers = { authorization, ...(key === undefined ? {} : { "idempotency-key": key }) };
      const answer = await door.app.inject({ method, url: addressOf(path), headers });
      assert.equal(answer.statusCode, 400, `${method} ${path} with the key ${key}`);
      assert.deepEqual(answer.json().fields[0].field, "Idempotency-Key");
    }
  }
});

test("a service that is down is a clear 503 with a time to come again", async () => {
  const authorization = `Bearer ${await door.token({ personId: anId })}`;
  for (const url of ["/api/v1/titles?q=so+do", "/api/v1/me/account", "/api/v1/libraries"]) {
    const answer = await door.app.inject({ method: "GET", url, headers: { authorization } });
    assert.equal(answer.statusCode, 503, url);
    assert.equal(answer.headers["retry-after"], "2");
    assert.equal(answer.json().code, "frame/unavailable");
    assert.match(String(answer.headers["content-type"]), /^application\/problem\+json/);
  }
});

test("the description in OpenAPI is valid and names every route, and no other", async () => {
  const described = (await door.app.inject("/api/openapi.json")).json();
  const checked = await new Validator().validate(described);
  assert.ok(checked.valid, JSON.stringify(checked.errors));
  assert.equal(described.openapi, "3.1.0");
  const operations = Object.entries(described.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  assert.deepEqual(operations.sort(), routes.map(({ method, path }) => `${method} ${path}`).sort());
  assert.equal(new Set(routes.map(({ name }) => name)).size, routes.length, "names of operations are unique");

  const references = JSON.stringify(described).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g);
  for (const [, kind = "", name = ""] of references) assert.ok(described.components[kind][name], `${kind} ${name}`);
  for (const { path, method } of routes) {
    const { parameters } = described.paths[path][method.toLowerCase()];
    const named = parameters
      .filter((one: { in?: string }) => one.in === "path")
      .map((one: { name: string }) => one.name);
    assert.deepEqual(
      named,
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      path,
    );
  }
});

test("the door lives and says so, and knows nothing of other addresses", async () => {
  assert.equal((await door.app.inject("/healthz")).statusCode, 200);
  assert.equal((await door.app.inject("/readyz")).statusCode, 200);
  const elsewhere = await door.app.inject({ method: "GET", url: `/api/v1/${randomUUID()}` });
  assert.equal(elsewhere.statusCode, 404);
  assert.equal(elsewhere.json().code, "frame/not-found");
  assert.equal(elsewhere.headers["x-content-type-options"], "nosniff");
});
