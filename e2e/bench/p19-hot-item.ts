import assert from "node:assert/strict";
import { aDesk, type Desk } from "./desk-stage.ts";
import { line } from "./line.ts";
import { drive, percentile, waitUntil } from "./load.ts";
import { shown } from "./pairs.ts";

const desks = 50;
const others = 8;

export const measured = line({
  name: "P19",
  says: "50 desks scan ONE item at once, each second another, while 8 desks lend other items",
  figures: {
    "refusal p95": { unit: "ms", floor: { atMost: 500 }, goal: { atMost: 100 } },
    "others ÷ others alone": { unit: "×", floor: { atLeast: 0.6 }, goal: { atLeast: 0.85 } },
  },
  async run({ platform, pairs, say }) {
    const desk = await aDesk(await platform());
    const [refusals, winners]: [number[], number[]] = [[], []];
    const lend = (seconds: number) => drive(others, seconds, (n) => desk.checkOut(n));
    let hot = desk.barcodes.length;
    const figure = await pairs({
      of: "others' check-outs/s",
      ours: async (seconds) => {
        const end = performance.now() + seconds * 1000;
        const rush = async () => {
          for (let next = performance.now(); next < end; next += 1000) {
            await waitUntil(next);
            hot -= 1;
            winners.push(await rushFor(desk, hot, refusals));
          }
        };
        const [{ perSecond }] = await Promise.all([lend(seconds), rush()]);
        return perSecond;
      },
      bare: async (seconds) => (await lend(seconds)).perSecond,
      between: () => desk.bringHome(),
    });
    // An item lent to two, or to nobody, is no matter of degree, and of no load either.
    assert(winners.length > 0 && winners.every((won) => won === 1), `winners of an item: ${winners.join(", ")}`);
    say(`  ${winners.length} items, ${desks} desks each: one winner of each`);
    return {
      "refusal p95": {
        value: percentile(
          refusals.sort((x, y) => x - y),
          0.95,
        ),
        note: `p50 ${shown(percentile(refusals, 0.5))} ms of ${refusals.length}`,
      },
      "others ÷ others alone": figure,
    };
  },
});

/** All desks at once, each with another reader's card. @returns how many were told that they had it */
async function rushFor(desk: Desk, hot: number, refusals: number[]): Promise<number> {
  const scan = async (n: number) => {
    const began = performance.now();
    const ask = { barcode: desk.barcodes[hot], cardNumber: desk.cards[(hot + n) % desk.cards.length] };
    const { status, body } = await desk.gateway.ask("POST", "/api/v1/check-outs", ask, desk.libraryId);
    if (status === 201) return 1;
    if (!body.includes("item-on-loan")) throw new Error(`A desk was answered ${status}: ${body}`);
    refusals.push(performance.now() - began);
    return 0;
  };
  const won = await Promise.all(Array.from({ length: desks }, (_, n) => scan(n)));
  return won.filter((one) => one === 1).length;
}
