import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { serviceActor } from "@lienthong/auth/actor.ts";
import { announce } from "@lienthong/bus/announce.ts";
import { applyApart, applyEvents } from "@lienthong/bus/apply.ts";
import { consumer } from "@lienthong/bus/consumer.ts";
import { ownerOf, subjectOf } from "@lienthong/bus/event.ts";
import { republish, retelling } from "@lienthong/bus/republish.ts";
import { envelopeOf } from "@lienthong/bus/take.ts";
import { all, run, sql } from "@lienthong/database/transaction.ts";
import { ItemAvailabilityChanged, LoanChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { aBusStage, type BusStage, loanEffects, loanOf, loanStates, log } from "../bus-stage.ts";
import { until } from "../until.ts";

let stage: BusStage;
before(async () => {
  stage = await aBusStage();
  await stage.hear();
});
after(() => stage.close());

const heardAs = (loan: LoanChanged) =>
  until(
    () => stage.stateOf(loan.id),
    (state) => state?.version === loan.version && state.value === loan.renewals,
  );

test("an event's name is its subject and its owner", () => {
  assert.equal(subjectOf(LoanChanged), "lt.circulation.loan.changed.v1");
  assert.equal(subjectOf(ItemAvailabilityChanged), "lt.circulation.item-availability.changed.v1");
  assert.equal(ownerOf(LoanChanged), "circulation");
});

test("what a command announces is heard by another service, in the order of its versions", async () => {
  const id = randomUUID();
  let last: LoanChanged | undefined;
  for (let n = 0; n < 20; n += 1) [last] = await stage.renew([id]);
  await heardAs(last!);
  assert.equal(last?.renewals, 20);
  await stage.agrees();
});

test("what did not commit is never heard", async () => {
  const id = randomUUID();
  await assert.rejects(
    stage.owner.database.transact(serviceActor("circulation"), async (tx) => {
      announce(tx, LoanChanged, loanOf(id, 2n ** 40n + 1n, 1));
      throw new Error("no");
    }),
  );
  const [next] = await stage.renew();
  await heardAs(next!);
  assert.equal(await stage.stateOf(id), undefined);
});

test("events of one batch and of many writers all arrive, and of an aggregate the newest state stays", async () => {
  const ids = Array.from({ length: 8 }, () => randomUUID() as string);
  // Two writers change each loan, and both of its events may come in one batch.
  const writer = async (at: number) => {
    for (let n = 0; n < 40; n += 1) await stage.renew([ids[(at + n) % ids.length]!]);
  };
  await Promise.all(ids.map((_, at) => writer(at)));
  await stage.agrees();
  assert.equal((await stage.stateOf(ids[0]!))?.value, 40);
});

test("a consumer killed between its effect and the acknowledgement does nothing twice", async () => {
  await stage.deaf();
  await stage.renew();
  await stage.published();
  // The effect commits, and the process is gone before the bus hears of it: the event comes again.
  const durable = await stage.hearer.bus.publish.consumers.get("CIRCULATION", "catalogue");
  const message = await durable.next({ expires: 5_000 });
  assert(message);
  await applyEvents(stage.hearer.database, "catalogue", [loanStates, loanEffects], [envelopeOf(message)], log);
  message.nak();
  await stage.hear();
  await stage.agrees();
});

test("a service lives on when its stream vanishes while a batch is at work", async () => {
  const blocked = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const slow = consumer(LoanChanged, async (tx, _loan, envelope) => {
    begun.resolve();
    await blocked.promise;
    await loanEffects.apply(tx, [envelope]);
  });
  await stage.hear([loanStates, slow]);
  await stage.renew();
  await begun.promise;
  await stage.owner.bus.manage.streams.delete("CIRCULATION");
  await stage.owner.stream.attend();
  blocked.resolve();
  await stage.hear();
  await stage.renew();
  await stage.agrees();
});

test("events are archived, and go on, where no partition of today was made", async () => {
  const today = `outbox_archive_${new Date().toISOString().slice(0, 10).replaceAll("-", "")}`;
  await stage.asOwner(`alter table outbox_archive detach partition ${today}`);
  const [loan] = await stage.renew();
  await heardAs(loan!);
  await stage.published();
  const { rows } = await stage.owner.database.frame.query("select from outbox_archive_other where aggregate = $1", [
    loan!.id,
  ]);
  assert.equal(rows.length, 1);
});

test("a new consumer learns the past by republish, and drift is repaired by it", async () => {
  const [loan] = await stage.renew();
  await heardAs(loan!);
  await stage.hearer.database.transact(serviceActor("catalogue"), (tx) =>
    run(tx, sql`update counter set value = 77 where id = ${loan!.id}`),
  );
  const loans = retelling(LoanChanged, (tx, _extent, after, limit) =>
    all<{ id: string; version: bigint; value: number }>(
      tx,
      sql`
      select id::text, version, value from counter where id::text > ${after} order by id::text limit ${limit}`,
    ).then((rows) => rows.map((row) => loanOf(row.id, row.version, row.value))),
  );
  await republish(stage.owner.database, "circulation", [loans]);
  await heardAs(loan!);
});

test("two batches that are applied apart go through the same aggregates alike: neither is lost to the other", async () => {
  let applied = 0;
  const met = Promise.withResolvers<void>();
  const slowly = consumer(LoanChanged, async (tx, _loan, envelope) => {
    await loanStates.apply(tx, [envelope]);
    applied += 1;
    if (applied === 2) met.resolve();
    await Promise.race([met.promise, pause(500)]);
  });
  const [first, second] = [randomUUID(), randomUUID()] as const;
  const subject = subjectOf(LoanChanged);
  const batch = (...aggregates: string[]) =>
    aggregates.map((aggregate) => {
      const loan = loanOf(aggregate, 2n ** 40n + 1n, 1);
      const payload = LoanChanged.encode(loan).finish();
      const headers = { "ce-type": LoanChanged.$type };
      return { id: randomUUID(), subject, aggregate, version: loan.version, headers, payload };
    });
  const { database } = stage.hearer;
  const failed = await Promise.all([
    applyApart(database, "catalogue", [slowly], batch(first, second), log),
    applyApart(database, "catalogue", [slowly], batch(second, first), log),
  ]);
  assert.deepEqual(
    failed.map(({ size }) => size),
    [0, 0],
  );
  assert.equal(applied, 4, "none had to begin again");
});
