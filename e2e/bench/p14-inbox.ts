import { randomUUID } from "node:crypto";
import { bareDrain } from "@lienthong/testing/bare-batches.ts";
import { type BusStage, loanStates } from "@lienthong/testing/bus-stage.ts";
import { until } from "@lienthong/testing/until.ts";
import { line } from "./line.ts";
import { rounds } from "./load.ts";
import { anOwnBus } from "./own-bus.ts";

const events = 20_000;
const batchEvents = 200;

export const measured = line({
  name: "P14",
  says: "events a second applied with their inbox, a batch in one transaction ÷ drained and upserted a batch at a time without one",
  figures: { "ours ÷ bare": { unit: "×", floor: { atLeast: 0.3 }, goal: { atLeast: 0.6 } } },
  async run({ platform, pairs }) {
    const stage = await anOwnBus(platform);
    try {
      for (let done = 0; done < events; done += 1_000)
        await stage.renew(Array.from({ length: 1_000 }, () => randomUUID() as string));
      await stage.published(300_000);
      await stage.asOwner(bareTable, "hearer");
      return {
        "ours ÷ bare": await pairs({
          of: "events/s",
          ours: (seconds) => rounds(seconds, events, () => applied(stage)),
          bare: (seconds) => rounds(seconds, events, () => upserted(stage)),
          note: `${events} events a round, batches of ${batchEvents}`,
        }),
      };
    } finally {
      await stage.close();
    }
  },
});

/** Lets the hearer know nothing. */
const forget = (stage: BusStage) => stage.asOwner("truncate inbox, counter, bare_loan, heard_place", "hearer");

/** @returns milliseconds */
async function applied(stage: BusStage): Promise<number> {
  await forget(stage);
  const { consumers } = stage.hearer.bus.manage;
  const began = performance.now();
  await stage.hear([loanStates]);
  const left = () => consumers.info("CIRCULATION", "catalogue").catch(() => undefined);
  await until(left, (durable) => durable?.num_pending === 0 && durable.num_ack_pending === 0, 300_000);
  const took = performance.now() - began;
  await stage.deaf();
  await consumers.delete("CIRCULATION", "catalogue");
  return took;
}

// The same row as ours, without row-level security.
const bareTable = `create table bare_loan (id uuid primary key, version bigint not null, library_id text not null, value integer not null);
  grant all on bare_loan to test_app`;

/** @returns milliseconds */
async function upserted(stage: BusStage): Promise<number> {
  await forget(stage);
  const { frame } = stage.hearer.database;
  return bareDrain(stage.hearer.bus, "CIRCULATION", batchEvents, async (loans) => {
    await frame.query(
      `insert into bare_loan select id, version, 'VN-000001P', value from unnest($1::uuid[], $2::bigint[], $3::integer[]) loan (id, version, value)
       on conflict (id) do update set version = excluded.version, value = excluded.value where bare_loan.version <= excluded.version`,
      [loans.map(({ id }) => id), loans.map(({ version }) => version), loans.map(({ renewals }) => renewals)],
    );
  });
}
