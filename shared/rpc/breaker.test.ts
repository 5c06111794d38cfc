import assert from "node:assert/strict";
import { test } from "node:test";
import { breaker } from "./breaker.ts";

class Away extends Error {}
class Refused extends Error {}

function aNeighbour() {
  let now = 0;
  const state = { away: false, asked: 0, pass: (ms: number) => void (now += ms) };
  const through = breaker({
    failuresMax: 3,
    restMs: 1_000,
    isAway: (error) => error instanceof Away,
    refusal: () => new Refused(),
    now: () => now,
  });
  const ask = () =>
    through.ask(async () => {
      state.asked += 1;
      if (state.away) throw new Away();
      return "here";
    });
  return { state, ask, through };
}

test("a neighbour that was away three times in a row is left alone, and everybody is told so at once", async () => {
  const { state, ask } = aNeighbour();
  state.away = true;
  for (let n = 0; n < 3; n += 1) await assert.rejects(ask(), Away);
  for (let n = 0; n < 100; n += 1) await assert.rejects(ask(), Refused);
  assert.equal(state.asked, 3);
});

test("one tries in a while; while they try nobody else does, and the first answer opens the way for all", async () => {
  const { state, ask } = aNeighbour();
  state.away = true;
  for (let n = 0; n < 3; n += 1) await assert.rejects(ask(), Away);
  state.pass(1_000);
  const tried = await Promise.allSettled(Array.from({ length: 10 }, ask));
  assert.equal(state.asked, 4, "one of ten tried");
  assert.equal(tried.filter((one) => one.status === "rejected" && one.reason instanceof Refused).length, 9);
  await assert.rejects(ask(), Refused);
  state.away = false;
  state.pass(1_000);
  assert.equal(await ask(), "here");
  assert.deepEqual(await Promise.all([ask(), ask()]), ["here", "here"]);
});

test("failures that are none of the neighbour's, or not in a row, leave the way open", async () => {
  const { state, ask, through } = aNeighbour();
  for (let n = 0; n < 10; n += 1) {
    state.away = true;
    await assert.rejects(ask(), Away);
    await assert.rejects(ask(), Away);
    state.away = false;
    await ask();
    await assert.rejects(
      through.ask(() => Promise.reject(new Error("a refusal"))),
      /a refusal/,
    );
  }
  assert.equal(await ask(), "here");
});
