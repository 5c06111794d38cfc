import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { shardOf } from "@lienthong/bus/event.ts";
import { reconcile } from "@lienthong/bus/reconcile.ts";
import { alongTheIndex, nextRows } from "@lienthong/bus/relay-batch.ts";
import { bareBatches } from "../bare-batches.ts";
import { aBusStage, type BusStage, counts, log } from "../bus-stage.ts";
import { until } from "../until.ts";

const backlog = counts(20_000, 1_000_000);
const judged = backlog >= 1_000_000;
const commands = counts(60, 1_000);
const ids = Array.from({ length: 1_000 }, () => randomUUID() as string);

let stage: BusStage;
before(async () => {
  stage = await aBusStage();
  await stage.renew(ids);
  await stage.published();
});
after(() => stage.close());

/** Commands by four clients. @returns how many a second */
async function commandRate(): Promise<number> {
  const began = performance.now();
  const client = async (at: number) => {
    for (let n = 0; n < commands / 4; n += 1) await stage.renew([ids[500 + ((at * 125 + n) % 500)]!]);
  };
  await Promise.all([0, 1, 2, 3].map(client));
  return (commands * 1000) / (performance.now() - began);
}

/** What an hour without the bus leaves, written at once: rows as announced, 250 bytes each. */
async function fill(): Promise<void> {
  const aggregates = ids.slice(0, 500);
  for (let done = 0; done < backlog; done += 20_000)
    await stage.owner.database.frame.query(
      `insert into outbox (shard, subject, aggregate, version, headers, payload)
       select shard, 'lt.circulation.loan.changed.v1', aggregate, (1::bigint << 40) + 1000000 + $3 + n,
              '{"ce-type": "lienthong.circulation.v1.LoanChanged", "actor": "service:circulation", "library": "VN-000001P"}',
              convert_to(repeat('x', 70), 'utf8')
       from generate_series(1, 20000 / $4) n cross join unnest($1::text[], $2::smallint[]) loan (aggregate, shard)`,
      [aggregates, aggregates.map(shardOf), done / aggregates.length, aggregates.length],
    );
}

test(`F17: with ${backlog} events in the outbox, the bus away, commands go on as before, and the relay drains it in order with flat memory`, async () => {
  const usual = [await commandRate()];
  await stage.published();
  // The relay goes on looking for the bus: what differs between these two is the backlog alone.
  await stage.nats.kill();
  const without = await commandRate();
  await fill();
  assert.ok((await rowsIn("outbox")) >= backlog);
  const beside = await commandRate();

  const plan = await explained();
  assert.match(plan, /Index Scan using outbox_in_order/);
  assert.doesNotMatch(plan, /Seq Scan on outbox/);

  let most = 0;
  const resting = process.memoryUsage().rss;
  const sampled = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 200);
  const archived = await rowsIn("outbox_archive");
  let began = performance.now();
  await stage.nats.start();
  // How long the relay rests until it finds the bus again says nothing of its speed.
  await until(
    () => rowsIn("outbox_archive"),
    (count) => count > archived,
    60_000,
  );
  const restedMs = performance.now() - began;
  began = performance.now();
  await stage.published(1_800_000);
  const drained = (backlog * 1000) / (performance.now() - began);
  clearInterval(sampled);
  usual.push(await commandRate());

  const bareEvents = Math.min(backlog, 50_000);
  const bare = (bareEvents * 1000) / (await bareBatches(stage.owner.bus, bareEvents));
  const usualRate = usual.reduce((sum, rate) => sum + rate, 0) / usual.length;
  const grown = (Math.max(most, resting) - resting) / 2 ** 20;
  process.stdout.write(
    `F17: commands at ${(beside / usualRate).toFixed(2)} of the usual beside ${backlog} waiting events, ` +
      `${(beside / without).toFixed(2)} of those without the bus; begun ${(restedMs / 1000).toFixed(1)} s after it came back, drained at ` +
      `${drained.toFixed(0)} a second, ${(drained / bare).toFixed(2)} of the bare batches; memory grew by ${grown.toFixed(0)} MiB\n`,
  );
  await inOrder();
  await compared();
  assert.ok(grown < 150, `${grown} MiB`);
  // Of some ten thousand, on a machine that tests share, only much can be judged.
  for (const rate of [usualRate, without])
    assert.ok(beside >= rate * (judged ? 0.8 : 0.4), `${beside} of ${rate} commands a second`);
  assert.ok(drained >= bare * (judged ? 0.6 : 0.1), `${drained} of ${bare}`);
});

const rowsIn = async (table: "outbox" | "outbox_archive"): Promise<number> => {
  const { rows } = await stage.owner.database.frame.query(`select count(*)::integer as count from ${table}`);
  return rows[0].count;
};

/** How the database looks for the next rows of a batch, right after the rows came and before it has counted them. */
async function explained(): Promise<string> {
  const client = await stage.owner.database.relay.connect();
  try {
    await client.query(`begin; ${alongTheIndex}`);
    const { text, values } = nextRows([0, 1, 2], 166);
    const { rows } = await client.query<Record<string, string>>(`explain ${text}`, values);
    await client.query("rollback");
    return rows.map((row) => Object.values(row)[0]).join("\n");
  } finally {
    client.release();
  }
}

/** Bus and archive are compared whole, as after a rollback: how long it takes, and what it holds in memory meanwhile. */
async function compared(): Promise<void> {
  await stage.owner.database.frame.query("delete from stream_agreement");
  const [began, resting] = [performance.now(), process.memoryUsage().rss];
  assert.equal(await reconcile(stage.owner.database, stage.owner.bus, log), 0);
  const [seconds, grown] = [(performance.now() - began) / 1000, (process.memoryUsage().rss - resting) / 2 ** 20];
  process.stdout.write(`F17: compared whole in ${seconds.toFixed(1)} s; memory grew by ${grown.toFixed(0)} MiB\n`);
  assert.ok(grown < 150, `${grown} MiB`);
}

/** Every loan's events lie on the bus in the order of their versions. */
async function inOrder(): Promise<void> {
  const durable = await stage.owner.bus.manage.consumers.add("CIRCULATION", {
    name: "circulation-order",
    ack_policy: "none",
    headers_only: true,
    mem_storage: true,
  });
  const reader = await stage.owner.bus.publish.consumers.get("CIRCULATION", durable.name);
  const newest = new Map<string, bigint>();
  let read = 0;
  for (let left = durable.num_pending; left > 0; )
    for await (const message of await reader.fetch({ max_messages: Math.min(left, 5_000), expires: 5_000 })) {
      left -= 1;
      read += 1;
      const [aggregate = "", version = "0"] = ["ce-subject", "version"].map((name) => message.headers?.get(name) ?? "");
      assert.ok((newest.get(aggregate) ?? 0n) < BigInt(version), `${aggregate} at ${version}`);
      newest.set(aggregate, BigInt(version));
    }
  assert.equal(read, await rowsIn("outbox_archive"), "each once");
}
