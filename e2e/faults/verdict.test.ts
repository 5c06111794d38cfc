import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "./history.ts";
import { type Effect, isClean, verdictOf, wrongs } from "./verdict.ts";

type Line = [type: Entry["type"], process: number, counter: number, value?: string];

const history = (lines: Line[]): Entry[] =>
  lines.map(([type, process, counter, value = ""], at) => {
    return { type, process, counter, value, at, act: "lend", key: `${process}-${counter}` };
  });

const asked: Line[] = [
  ["invoke", 1, 1],
  ["ok", 1, 1, "a"],
  ["invoke", 1, 2],
  ["info", 1, 2, "unavailable"],
  ["invoke", 1, 2],
  ["ok", 1, 2, "b"],
  ["invoke", 2, 1],
  ["fail", 2, 1, "item-on-loan"],
];
const effect = (value: string, second: number): Effect => ({ value, at: new Date(second * 1000) });
const there = [effect("a", 1), effect("b", 2)];

const cases: { title: string; lines?: Line[]; effects?: Effect[]; finds: Partial<ReturnType<typeof verdictOf>> }[] = [
  { title: "what was answered for is there, once and in order", finds: { ok: 2, refused: 1, unknown: 0, asked: 1 } },
  { title: "an answered effect that is not there is lost", effects: [effect("a", 1)], finds: { lost: ["b"] } },
  { title: "one that is there twice is a duplicate", effects: [...there, effect("a", 3)], finds: { duplicate: ["a"] } },
  { title: "so is one that nobody was told of", effects: [...there, effect("c", 3)], finds: { duplicate: ["c"] } },
  {
    title: "unless somebody asked and never learnt",
    lines: [...asked, ["invoke", 3, 1], ["info", 3, 1, "too-late"]],
    effects: [...there, effect("c", 3)],
    finds: { unknown: 1, duplicate: [] },
  },
  {
    title: "two that were told of one and the same effect: one of them has lost its own",
    lines: [...asked, ["invoke", 3, 1], ["ok", 3, 1, "a"]],
    finds: { lost: ["a"] },
  },
  {
    title: "a process whose second effect came before its first is out of order",
    effects: [effect("a", 2), effect("b", 1)],
    finds: { disordered: ["b"] },
  },
  {
    title: "the same key with another answer afterwards is a changed answer",
    lines: [...asked, ["invoke", 1, 1], ["ok", 1, 1, "c"]],
    finds: { changed: ["1-1"] },
  },
  {
    title: "somebody who was told of a fault of ours while a part was away was misled",
    lines: [["invoke", 1, 1], ["info", 1, 1, "fault"], ...asked],
    finds: { asked: 2, misled: ["1-1"] },
  },
];

for (const { title, lines = asked, effects = there, finds } of cases) {
  test(`the verdict: ${title}`, () => {
    const verdict = verdictOf(history(lines), effects);
    assert.deepEqual({ ...verdict, ...finds }, verdict);
    assert.equal(isClean(verdict), !wrongs.some((wrong) => (finds[wrong] ?? []).length > 0));
  });
}
