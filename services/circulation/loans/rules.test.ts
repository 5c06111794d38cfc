import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { moves } from "../holds/moves.ts";
import { afterOpenDays, type Calendar, daysLate, dueAt } from "../libraries/open-days.ts";
import { isRefusal } from "@lienthong/rpc/refusal.ts";
import { mayHold } from "../holds/place.ts";
import { mayBorrow } from "./check-out.ts";
import { mayRenew } from "./renew.ts";

const open: Calendar = { closedWeekdays: new Set(), closedDays: new Set() };
const closed = (from: string, days: number): Calendar => ({
  closedWeekdays: new Set(),
  closedDays: new Set(
    Array.from({ length: days }, (_, n) => new Date(Date.parse(from) + n * 86_400_000).toISOString().slice(0, 10)),
  ),
});
const mondays: Calendar = { closedWeekdays: new Set([1]), closedDays: new Set() };

test("a loan is due at the end of a day on which the branch is open", () => {
  const cases: [from: string, days: number, calendar: Calendar, due: string][] = [
    ["2026-03-01T08:00:00Z", 21, open, "2026-03-22T16:59:59.000Z"],
    // Tết 2027: closed from 4 to 10 February.
    ["2027-01-25T03:00:00Z", 14, closed("2027-02-04", 7), "2027-02-11T16:59:59.000Z"],
    // 18:00 UTC is already the next day in Viet Nam.
    ["2026-03-01T18:00:00Z", 14, open, "2026-03-16T16:59:59.000Z"],
    // 23 March 2026 is a Monday.
    ["2026-03-09T03:00:00Z", 14, mondays, "2026-03-24T16:59:59.000Z"],
    ["2026-12-25T03:00:00Z", 7, closed("2027-01-01", 1), "2027-01-02T16:59:59.000Z"],
    ["2028-02-15T03:00:00Z", 14, open, "2028-02-29T16:59:59.000Z"],
  ];
  for (const [from, days, calendar, due] of cases) {
    assert.equal(dueAt(new Date(from), days, calendar).toISOString(), due, `${from} + ${days}`);
  }
});

test("a hold shelf counts open days only", () => {
  assert.equal(afterOpenDays(new Date("2026-03-02T03:00:00Z"), 5, open).toISOString(), "2026-03-07T16:59:59.000Z");
  assert.equal(
    afterOpenDays(new Date("2027-02-03T03:00:00Z"), 1, closed("2027-02-04", 7)).toISOString(),
    "2027-02-11T16:59:59.000Z",
  );
});

test("a house that never opens is a mistyped calendar, not an endless search", () => {
  const never = { closedWeekdays: new Set([1, 2, 3, 4, 5, 6, 7]), closedDays: new Set<string>() };
  assert.throws(() => dueAt(new Date(), 14, never), /no open day/);
});

test("days late are whole days after the due day", () => {
  const due = new Date("2026-03-22T16:59:59Z");
  const cases: [now: string, late: number][] = [
    ["2026-03-22T16:59:58Z", 0],
    ["2026-03-22T17:00:00Z", 1],
    ["2026-03-25T03:00:00Z", 3],
    ["2026-01-01T03:00:00Z", 0],
  ];
  for (const [now, late] of cases) assert.equal(daysLate(due, new Date(now)), late, now);
});

test("a due day is open, never earlier than the days that the rules give, and never shortened by a closure", () => {
  const calendars = fc.record({
    closedWeekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 6 }).map((days) => new Set(days)),
    closedDays: fc
      .array(fc.integer({ min: 20_000, max: 20_400 }), { maxLength: 40 })
      .map((days) => new Set(days.map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10)))),
  });
  const times = fc.integer({ min: 20_000 * 86_400, max: 20_300 * 86_400 }).map((at) => new Date(at * 1_000));
  fc.assert(
    fc.property(calendars, times, fc.integer({ min: 1, max: 60 }), (calendar, from, days) => {
      const due = dueAt(from, days, calendar);
      const day = new Date(due.getTime() + 7 * 3_600_000);
      assert.ok(!calendar.closedDays.has(day.toISOString().slice(0, 10)));
      assert.ok(!calendar.closedWeekdays.has(day.getUTCDay() || 7));
      assert.ok(due >= dueAt(from, days, open));
    }),
  );
});

const code = (refusal: unknown) => (isRefusal(refusal) ? refusal.refused.code.split("/")[1] : "may");

test("a desk says the first reason why an item cannot be lent", () => {
  const fine = {
    item: { state: "AVAILABLE" as const, forLoan: true, dueAt: null },
    patron: { blocked: false },
    rules: { forLoan: true, loanLimit: 5 },
    loa: 2,
    keptForAnother: false,
    openLoans: 4,
  };
  const cases: [Partial<typeof fine> | object, string][] = [
    [{}, "may"],
    [{ item: { ...fine.item, state: "ON_LOAN", dueAt: new Date() }, patron: { blocked: true } }, "item-on-loan"],
    [{ item: { ...fine.item, state: "ON_HOLD_SHELF" } }, "may"],
    [{ item: { ...fine.item, state: "ON_HOLD_SHELF" }, keptForAnother: true }, "item-held-for-another"],
    [{ item: { ...fine.item, state: "IN_TRANSIT" } }, "item-in-transit"],
    [{ item: { ...fine.item, forLoan: false } }, "item-not-for-loan"],
    [{ rules: { forLoan: false, loanLimit: 5 } }, "item-not-for-loan"],
    [{ patron: { blocked: true }, loa: 1 }, "patron-blocked"],
    [{ loa: 1 }, "assurance-too-low"],
    [{ openLoans: 5 }, "loan-limit-reached"],
  ];
  for (const [change, answer] of cases) assert.equal(code(mayBorrow({ ...fine, ...change })), answer, answer);
});

test("a loan is renewed while the rules allow, nobody waits and the new day still lies ahead", () => {
  const fine = {
    ...{ returned: false, renewals: 1, renewalsMax: 2, blocked: false, othersWait: false },
    ...{ newDueAt: new Date("2026-04-05"), now: new Date("2026-03-20") },
  };
  const cases: [Partial<typeof fine>, string][] = [
    [{}, "may"],
    [{ returned: true, blocked: true }, "already-returned"],
    [{ blocked: true }, "patron-blocked"],
    [{ renewals: 2 }, "renewal-limit-reached"],
    [{ othersWait: true }, "others-wait"],
    [{ now: new Date("2026-04-06") }, "too-late"],
  ];
  for (const [change, answer] of cases) assert.equal(code(mayRenew({ ...fine, ...change })), answer, answer);
});

test("a hold is refused for the first reason that a reader can do something about", () => {
  const fine = {
    ...{ blocked: false, held: false, onLoan: false, holds: 4, holdLimit: 5, canServe: true, loa: 1 },
  };
  const cases: [Partial<typeof fine>, string][] = [
    [{}, "may"],
    [{ loa: 0, held: true }, "assurance-too-low"],
    [{ held: true }, "already-held"],
    [{ onLoan: true }, "already-on-loan-to-you"],
    [{ blocked: true }, "patron-blocked"],
    [{ holds: 5 }, "hold-limit-reached"],
    [{ canServe: false }, "no-item-can-serve"],
  ];
  for (const [change, answer] of cases) assert.equal(code(mayHold({ ...fine, ...change })), answer, answer);
});

test("every hold comes to an end, and none leaves it", () => {
  const ends = Object.entries(moves).filter(([, ways]) => ways.length === 0);
  assert.deepEqual(ends.map(([state]) => state).sort(), ["CANCELLED", "EXPIRED", "FILLED", "UNFILLABLE"]);
  for (const [state, ways] of Object.entries(moves)) {
    if (ways.length > 0) assert.ok(ways.includes("CANCELLED"), `${state} can be cancelled`);
  }
});
