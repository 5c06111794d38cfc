import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { counts } from "./counts.ts";
import { isUnknown } from "./load.ts";
import { violations } from "./play.ts";
import { reportLine } from "./report.ts";
import { settled } from "./settle.ts";
import { aStage, newRequest } from "./stage.ts";
import { aFaultWorld } from "./world.ts";

const desks = 200;
const deadlineMs = 3_000;

test("I1: two hundred desks scan one item at once: one lends it, and all others are told that it is on loan", async (t) => {
  const world = await aFaultWorld();
  t.after(() => world.close());
  const stage = await aStage(world, { cards: desks, copies: 1 });
  const { circulation } = await world.as(stage.staff, stage.libraryId);
  const scanned = { itemId: "", branchId: stage.branchId, barcode: stage.barcodes[0]! };
  const rounds = counts(3, 2_000);
  let sentAgain = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const told = await Promise.all(
      stage.cards.map(async ({ number }) => {
        const answer = await lend(circulation, { ...scanned, cardNumber: number }, () => (sentAgain += 1));
        return isRefusal(answer) ? answer.refused.code : "lent";
      }),
    );
    const lent = told.filter((word) => word === "lent").length;
    const refused = told.filter((word) => word === "circulation.check-out/item-on-loan").length;
    assert.deepEqual({ lent, refused }, { lent: 1, refused: desks - 1 }, `round ${round}`);
    const taken = answered(await circulation.checkIn(scanned, newRequest()));
    assert(!isRefusal(taken) && "returned" in taken && taken.returned);
  }
  await settled(world);
  const loans = await world.rows("circulation", "select from loan");
  assert.equal(loans.length, rounds);
  assert.deepEqual(await violations(world), []);
  reportLine(
    `I1 ${desks} desks, one item`,
    `rounds ${rounds}  lent ${rounds}  refused ${rounds * (desks - 1)}  sent again ${sentAgain}`,
  );
});

type CheckOut = Parameters<Clients["circulation"]["checkOut"]>[0];

/** Whoever is told to try again sends the same request id until it is answered. */
async function lend(circulation: Clients["circulation"], ask: CheckOut, sendsAgain: () => void) {
  const requestId = randomUUID();
  for (;;) {
    try {
      return answered(await circulation.checkOut(ask, { requestId, deadlineMs }));
    } catch (fault) {
      if (!isUnknown(fault)) throw fault;
      sendsAgain();
      // Two hundred who come back at once would be told the same again.
      await pause(200 + Math.random() * 800);
    }
  }
}
