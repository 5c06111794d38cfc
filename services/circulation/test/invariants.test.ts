import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "@lienthong/database/transaction.ts";
import { isRefusal } from "@lienthong/rpc/refusal.ts";
import fc from "fast-check";
import { endHold } from "../holds/end.ts";
import { aLibrary, aTitle, type Item, type Library, type Patron, reader, type Title } from "./library.ts";
import { aWorld, theService, type World } from "./world.ts";

let world: World;
before(async () => {
  world = await aWorld();
});
after(() => world.stop());

/** Rows that contradict each other about where an item is: there must never be any. */
const contradictions = sql`
  select 'two open loans' as what, item_id as id from loan where returned_at is null group by item_id having count(*) > 1
  union all
  select 'on loan and not on loan', item_state.item_id from item_state
    full join (select item_id from loan where returned_at is null) open on open.item_id = item_state.item_id
    where (item_state.state = 'ON_LOAN') <> (open.item_id is not null)
  union all
  select 'on the way and not on the way', item_state.item_id from item_state
    full join (select item_id from transit where arrived_at is null) open on open.item_id = item_state.item_id
    where (item_state.state = 'IN_TRANSIT') <> (open.item_id is not null)
  union all
  select 'on the hold shelf and for nobody', item_state.item_id from item_state
    full join (select item_id from hold where state = 'READY') ready on ready.item_id = item_state.item_id
    where (item_state.state = 'ON_HOLD_SHELF') <> (ready.item_id is not null)
  union all
  select 'chosen and not on its shelf', hold.item_id from hold join item_state on item_state.item_id = hold.item_id
    where hold.state = 'TARGETED' and item_state.state <> 'AVAILABLE'
  union all
  select 'a hold on the way without a journey', hold.id from hold
    where hold.state = 'IN_TRANSIT' and not exists (
      select from transit where transit.hold_id = hold.id and transit.item_id = hold.item_id and arrived_at is null)
  union all
  select 'a journey for a hold that is over', transit.id from transit join hold on hold.id = transit.hold_id
    where transit.arrived_at is null and hold.state <> 'IN_TRANSIT'`;

const outOfOrder = sql`
  select subject, aggregate as id from outbox where not republished
  group by subject, aggregate
  having subject <> 'lt.circulation.hold.ready.v1' and max(version) - min(version) + 1 <> count(*)`;

type Step = {
  what: "lend" | "take in" | "receive" | "hold" | "cancel" | "expire" | "renew";
  a: number;
  b: number;
  c: number;
};
const aStep: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom<Step["what"]>(
    "lend",
    "lend",
    "take in",
    "take in",
    "receive",
    "hold",
    "hold",
    "cancel",
    "expire",
    "renew",
  ),
  a: fc.nat(5),
  b: fc.nat(5),
  c: fc.nat(5),
});

const pick = <Thing>(things: readonly Thing[], n: number): Thing => {
  const thing = things[n % things.length];
  if (thing === undefined) throw new Error("There is nothing to choose from");
  return thing;
};

type Scene = { libraries: Library[]; items: Item[]; titles: Title[]; patrons: Patron[] };

async function play(scene: Scene, { what, a, b, c }: Step): Promise<unknown> {
  const library = pick(scene.libraries, a);
  const item = pick(scene.items, b);
  const patron = pick(scene.patrons, c);
  const branch = pick(library.branches, b + c);
  const own = await reader(world, patron);
  switch (what) {
    case "lend":
      return library.desk.checkOut({ cardNumber: patron.cardNumber, barcode: "", itemId: item.id });
    case "take in":
      return library.desk.checkIn({ barcode: "", itemId: item.id, branchId: branch.id });
    case "receive":
      return library.desk.receiveTransit({ barcode: "", itemId: item.id, branchId: "" });
    case "hold":
      return own.holds(pick(scene.titles, b), branch);
    case "cancel": {
      const [hold] = (await own.account()).holds;
      return hold && own.cancels(hold);
    }
    case "expire":
      return world.service.database.transact(theService, async (tx) => {
        const [ready] = await world.rows<{ id: string }>(
          theService,
          sql`select id from hold where state = 'READY' limit 1`,
        );
        return ready && endHold(tx, ready.id, "EXPIRED", (hold) => hold.state === "READY");
      });
    case "renew": {
      const [loan] = (await own.account()).loans;
      return loan && own.renews(loan);
    }
  }
}

async function aScene(): Promise<Scene> {
  const libraries = [await aLibrary(world, { branches: 2 }), await aLibrary(world), await aLibrary(world)];
  const titles = [await aTitle(world), await aTitle(world)];
  const items: Item[] = [];
  const patrons: Patron[] = [];
  for (const library of libraries) {
    patrons.push(await library.aPatron());
    for (const title of titles) items.push(await library.anItem({ of: title }));
  }
  return { libraries, items, titles, patrons };
}

test("whatever desks and readers do, two at a time, an item is in one place only", async () => {
  let done = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(aStep, aStep), { minLength: 10, maxLength: 25 }), async (steps) => {
      const scene = await aScene();
      for (const pair of steps) {
        const answers = await Promise.all(pair.map((step) => play(scene, step)));
        for (const answer of answers) {
          const outcome = (answer as { outcome?: { $case: string } } | undefined)?.outcome;
          if (isRefusal(answer) || outcome?.$case === "refused") refused += 1;
          else done += 1;
        }
        assert.deepEqual(await world.rows(theService, contradictions), []);
      }
    }),
    { numRuns: 12, endOnFailure: true },
  );
  assert.deepEqual(await world.rows(theService, outOfOrder), [], "no version is left out");
  assert.ok(done > refused / 4 && refused > 0, `${done} done, ${refused} refused: both kinds were tried`);
});
