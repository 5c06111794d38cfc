import assert from "node:assert/strict";
import { test } from "node:test";
import { finderOf } from "../invariants/needles.ts";

const name = "Vũ Thị Quỳnh Zapórska";
const { in: find } = finderOf(["X7K2M9QP41", name]);

test("I5: a canary is found in every form in which a machine may write it down", () => {
  const inBase64 = (place: number) => Buffer.concat([Buffer.from("ab".slice(0, place)), Buffer.from(`${name}.`)]);
  const written = {
    "as it is": `{"name":"${name}"}`,
    "in capitals": name.toUpperCase(),
    decomposed: name.normalize("NFD"),
    "without marks": "vu thi quynh zaporska",
    "in an address": `/tim?q=${encodeURIComponent(name)}`,
    "in a form": `q=${encodeURIComponent(name).replaceAll("%20", "+")}`,
    "as bytes": `\\x0a1f${Buffer.from(name).toString("hex")}00`,
    "escaped in JSON": `"V\\u0169 Th\\u1ecb Qu\\u1ef3nh Zap\\u00f3rska"`,
    "in base64": inBase64(0).toString("base64"),
    "in base64, one further": inBase64(1).toString("base64"),
    "in base64url, two further": inBase64(2).toString("base64"),
  };
  for (const [how, text] of Object.entries(written)) assert.deepEqual(find(text), [2], how);
  assert.deepEqual(find(`card x7k2m9qp41 of ${name}`), [1, 2]);
});

test("I5: what only resembles a canary is none", () => {
  for (const text of ["Vũ Thị Quỳnh", "X7K2M9QP4", "", "quynh zaporska vu thi", "x7k2m9qp.41"])
    assert.deepEqual(find(text), []);
});
