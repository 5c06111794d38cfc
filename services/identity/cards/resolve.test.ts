import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal } from "@lienthong/rpc/refusal.ts";
import type { CardRow } from "./card.ts";
import { whichCard } from "./resolve.ts";

const card = (libraryId: string, state: CardRow["state"] = "ACTIVE"): CardRow => ({
  id: `card of ${libraryId}`,
  version: 1n,
  libraryId,
  personId: "",
  number: "TV1",
  category: "ADULT",
  state,
  loa: 2,
  pin: "",
  wrongPins: 0,
  pinWaitUntil: null,
});

test("a scanned card is the library's own first, then the only one elsewhere", () => {
  const cases: [what: string, found: CardRow[], answer: string][] = [
    ["nobody gave it out", [], "card-unknown"],
    ["its own", [card("HUE")], "HUE"],
    ["its own before others", [card("HAN"), card("HUE"), card("SGN")], "HUE"],
    ["its own, though blocked, before others", [card("HAN"), card("HUE", "BLOCKED")], "card-blocked"],
    ["its own, though void, before others", [card("HAN"), card("HUE", "VOID")], "card-void"],
    ["one elsewhere", [card("HAN")], "HAN"],
    ["two elsewhere", [card("HAN"), card("SGN")], "card-ambiguous"],
    ["two elsewhere of which one is void", [card("HAN", "VOID"), card("SGN")], "SGN"],
    ["a void one elsewhere", [card("HAN", "VOID")], "card-void"],
    ["a blocked one elsewhere", [card("HAN", "BLOCKED")], "card-blocked"],
  ];
  for (const [what, found, answer] of cases) {
    const which = whichCard(found, "HUE");
    assert.equal(isRefusal(which) ? which.refused.code.split("/")[1] : which.libraryId, answer, what);
  }
});
