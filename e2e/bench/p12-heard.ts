import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { aDesk, type Desk } from "./desk-stage.ts";
import { line } from "./line.ts";
import { drive, median, offer, percentile } from "./load.ts";
import type { BenchPlatform } from "./platform.ts";

// Looking is work too: every so manieth check-out is followed to the other service.
const everySample = 5;
const lookEveryMs = 5;
const heardWithinMs = 60_000;

export const measured = line({
  name: "P12",
  says: "from a check-out's transaction until catalogue has committed what it heard of it, p95, at half of the most that 8 desks get done",
  figures: { heard: { unit: "ms", floor: { atMost: 300 }, goal: { atMost: 150 } } },
  async run({ platform, seconds, say }) {
    const opened = await platform();
    const desk = await aDesk(opened);
    const catalogue = await lookInto(opened, "catalogue");
    try {
      await allHome(desk, catalogue);
      const most = await drive(8, seconds, (n) => desk.checkOut(n));
      await allHome(desk, catalogue);
      const followed: Promise<number>[] = [];
      const half = await offer(most.perSecond / 2, seconds * 4, async (n) => {
        await desk.checkOut(n);
        if (n % everySample !== 0) return;
        const following = heard(desk, catalogue, n);
        // It is waited for at the end; until then nobody hears of its failure.
        following.catch(() => undefined);
        followed.push(following);
      });
      const delays = (await Promise.all(followed)).sort((a, b) => a - b);
      say(`  ${half.perSecond.toFixed(0)} of ${most.perSecond.toFixed(0)} check-outs/s`);
      const note = `n = ${delays.length}, median ${median(delays).toFixed(0)} ms, looked every ${lookEveryMs} ms`;
      return { heard: { value: percentile(delays, 0.95), note } };
    } finally {
      await catalogue.end();
    }
  },
});

async function lookInto({ postgres }: BenchPlatform, database: string): Promise<pg.Client> {
  const url = new URL(postgres.url);
  url.pathname = `/${database}`;
  url.password = encodeURIComponent(postgres.password);
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  return client;
}

const onLoan = `select item.barcode from item join item_state on item_state.item_id = item.id
  where item.library_id = $1 and item_state.state = 'on-loan'`;

/** Takes all items in, and waits until catalogue has heard of each. */
async function allHome(desk: Desk, catalogue: pg.Client): Promise<void> {
  await desk.bringHome();
  for (const end = performance.now() + heardWithinMs; performance.now() < end; await pause(100))
    if ((await catalogue.query(`${onLoan} limit 1`, [desk.libraryId])).rowCount === 0) return;
  throw new Error("Catalogue did not hear of all that was taken in");
}

const lentAt = `select lent_at as at from loan join item on item.id = loan.item_id
  where loan.library_id = $1 and item.barcode = $2 and returned_at is null`;

/**
 * The loan bears the time at which its transaction began, a little before it was committed; nobody looks before the answer is
 * here. Both are to our disadvantage.
 * @returns milliseconds from the loan of the nth item until catalogue shows it
 */
async function heard(desk: Desk, catalogue: pg.Client, n: number): Promise<number> {
  const which = [desk.libraryId, desk.barcodes[n % desk.barcodes.length]];
  for (const end = Date.now() + heardWithinMs; Date.now() < end; await pause(lookEveryMs)) {
    const { rowCount } = await catalogue.query(`${onLoan} and item.barcode = $2`, which);
    if (!rowCount) continue;
    const seenAt = Date.now();
    const [loan] = await desk.query<{ at: Date }>(lentAt, which);
    if (loan) return seenAt - loan.at.getTime();
  }
  const [, barcode] = which;
  throw new Error(`Catalogue did not hear of the loan of ${barcode}`);
}
