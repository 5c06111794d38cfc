import assert from "node:assert/strict";
import { test } from "node:test";
import { afterRight, afterWrong, mayGuess } from "./guess-limit.ts";

const start = new Date("2026-03-01T08:00:00Z");
const minutes = (count: number) => count * 60_000;

test("after five wrong PINs the waits double from half an hour to a day", () => {
  let guesses = afterRight;
  const waits: number[] = [];
  let now = start;
  for (let wrong = 1; wrong <= 13; wrong += 1) {
    guesses = afterWrong(guesses, now);
    const wait = guesses.pinWaitUntil ? (guesses.pinWaitUntil.getTime() - now.getTime()) / minutes(1) : 0;
    waits.push(wait);
    assert.equal(mayGuess(guesses, now), wait === 0);
    now = new Date(now.getTime() + wait * minutes(1));
    assert.equal(mayGuess(guesses, now), true, "when the wait is over a guess counts again");
  }
  assert.deepEqual(waits, [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440]);
});

test("in a day somebody gets ten tries at a card: one in a thousand PINs of four digits", () => {
  let guesses = afterRight;
  let tries = 0;
  for (let minute = 0; minute < 24 * 60; minute += 1) {
    const now = new Date(start.getTime() + minutes(minute));
    while (mayGuess(guesses, now)) {
      guesses = afterWrong(guesses, now);
      tries += 1;
    }
  }
  assert.equal(tries, 10);
});
