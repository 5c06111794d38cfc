import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { type Bus, connectBus } from "@lienthong/bus/connection.ts";
import { streamOf } from "@lienthong/bus/event.ts";
import { readerRole } from "@lienthong/database/migrate.ts";
import { PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import { answered } from "@lienthong/rpc/refusal.ts";
import { headers } from "@nats-io/transport-node";
import { checkInvariants } from "../../deploy/invariants/check.ts";
import type { Where } from "../../deploy/invariants/evidence.ts";
import type { Invariant } from "../../deploy/invariants/invariant.ts";
import { whereAt } from "../../deploy/invariants/where.ts";
import { readerUser } from "../../deploy/parts/nats-permissions.ts";
import { databaseSecret } from "../../deploy/parts/postgres-databases.ts";
import { secret } from "../../deploy/run/secrets.ts";
import { settled } from "../faults/settle.ts";
import { reachedByAnother, sendToAnotherLibrary } from "./as-another-library.ts";
import { aStage, newRequest, type Stage, sure } from "../faults/stage.ts";
import { aFaultWorld, type FaultWorld } from "../faults/world.ts";
import type { ServiceName } from "../faults/service-process.ts";

let world: FaultWorld;
let stage: Stage;
let where: Where;

before(async () => {
  world = await aFaultWorld();
  stage = await aStage(world, { cards: 3, copies: 5, category: PatronCategory.ADULT });
  const { circulation } = await world.as(stage.staff, stage.libraryId);
  const scanned = { itemId: "", branchId: stage.branchId };
  for (const [at, { number }] of stage.cards.slice(0, 2).entries())
    sure(
      answered(
        await circulation.checkOut({ ...scanned, barcode: stage.barcodes[at]!, cardNumber: number }, newRequest()),
      ),
    );
  await sendToAnotherLibrary(world, stage);
  await settled(world);
  for (const database of ["catalogue", "circulation"] as const) await world.rows(database, "create schema planted");
  const { postgresUrl, natsUrl, openSearchUrl, searchIndex, secrets } = world.where;
  const services = ["identity", "catalogue", "circulation", "gateway"];
  where = await whereAt({ postgresUrl, natsUrl, openSearchUrl, searchIndex, services }, secrets);
});
after(() => world?.close());

const canary = "Zxưqwik Jắqhgz";
const found = async (id: Invariant["id"]) =>
  (await checkInvariants(where, { only: [id], boundMs: 0, canaries: [canary] }))[0];

/** Statements for the superuser, or something done elsewhere. */
type Step = string | (() => Promise<unknown>);

/** Breaks something past everything that guards it, sees it named, mends it, and sees it hold as it did before. */
function planted(
  title: `${Invariant["id"]}: ${string}`,
  database: ServiceName,
  steps: { breaks: Step; mends: Step; named: () => Promise<string[]> | string[] },
) {
  const take = (step: Step) => (typeof step === "string" ? world.rows(database, step) : step());
  const id = title.split(":")[0] as Invariant["id"];
  test(title, async () => {
    assert.deepEqual((await found(id))?.first, []);
    await take(steps.breaks);
    const named = await steps.named();
    const broken = await found(id);
    await take(steps.mends);
    assert.deepEqual([broken?.count, broken?.first], [named.length, named]);
    assert.deepEqual((await found(id))?.first, []);
  });
}

const lent = "(select item_id from loan where returned_at is null order by id limit 1)";
const names = async (database: ServiceName, named: string) =>
  (await world.rows<{ name: string }>(database, `select name from (select ${named}\n) named(name)`)).map(
    ({ name }) => name,
  );

planted("I1: an item with two open loans is named", "circulation", {
  breaks: `drop index one_open_loan_per_item;
    insert into loan select (jsonb_populate_record(loan, jsonb_build_object('id', uuidv7()))).* from loan where item_id = ${lent}`,
  mends: `delete from loan where id = (select id from loan where item_id = ${lent} order by id desc limit 1);
    create unique index one_open_loan_per_item on loan (item_id) where returned_at is null`,
  named: () => names("circulation", lent),
});

planted("I1: an item on loan that its state calls available is named", "circulation", {
  breaks: `create table planted.before as select * from item_state where item_id = ${lent};
    update item_state set state = 'AVAILABLE', at_library_id = null, at_branch_id = null, due_at = null where item_id = ${lent}`,
  mends: `update item_state set state = before.state, at_library_id = before.at_library_id, due_at = before.due_at,
      at_branch_id = before.at_branch_id from planted.before where before.item_id = item_state.item_id;
    drop table planted.before`,
  named: () => names("circulation", lent),
});

const heard = "(select event_id from inbox order by at desc, event_id limit 1)";

planted("I3: an event that is in the inbox twice is named", "circulation", {
  breaks: `alter table inbox drop constraint inbox_pkey; insert into inbox select * from inbox where event_id = ${heard}`,
  mends: `delete from inbox where ctid = (select max(ctid) from inbox where event_id = ${heard});
    alter table inbox add primary key (consumer, event_id)`,
  named: () => names("circulation", `'circulation:' || ${heard}`),
});

planted("I3: an event that was published and had no effect is named", "catalogue", {
  breaks: `create table planted.before as select * from inbox where event_id = ${heard};
    delete from inbox where event_id in (select event_id from planted.before)`,
  mends: "insert into inbox select * from planted.before; drop table planted.before",
  named: () => names("catalogue", "'circulation>catalogue:' || (select event_id from planted.before)"),
});

planted("I3: an event that came with another body is named", "catalogue", {
  breaks: `create table planted.before as select * from inbox where event_id = ${heard};
    update inbox set body_hash = sha256('other') where event_id = ${heard}`,
  mends: `update inbox set body_hash = before.body_hash from planted.before where inbox.event_id = before.event_id;
    drop table planted.before`,
  named: () => names("catalogue", "'circulation>catalogue:' || (select event_id from planted.before)"),
});

planted("I3: an effect of an event that was never heard is named", "circulation", {
  breaks: "create table letter (event_id uuid); insert into letter values (uuidv7()); grant select on letter to public",
  mends: "drop table letter",
  named: () => names("circulation", "'circulation:letter:' || (select event_id from letter)"),
});

const loanOf = "(select id from loan order by id limit 1)";

planted("I4: a version that nobody was told of is named", "circulation", {
  breaks: `insert into outbox_archive (id, pos, shard, subject, aggregate, version, headers, payload, republished)
    select uuidv7(), -1, shard, subject, aggregate, version + 2, headers, payload, false from outbox_archive
    where aggregate = ${loanOf}::text order by version desc limit 1`,
  mends: "delete from outbox_archive where pos = -1",
  named: () => names("circulation", `'circulation:' || ${loanOf}`),
});

const copied = "(select item_id from item_state order by item_id limit 1)";

planted("I4: a copy that has fallen behind its owner is named", "catalogue", {
  breaks: `update item_state set version = version - 1 where item_id = ${copied}`,
  mends: `update item_state set version = version + 1 where item_id = ${copied}`,
  named: () => names("catalogue", `'catalogue:item_state:' || ${copied}`),
});

planted("I7: a row that changed without an event is named", "circulation", {
  breaks: `update loan set version = version + 1 where id = ${loanOf}`,
  mends: `update loan set version = version - 1 where id = ${loanOf}`,
  named: () => names("circulation", `'circulation:loan:' || ${loanOf}`),
});

planted(
  "I7: what was told long ago, and only put back since, is not held against a row that has gone on",
  "circulation",
  {
    breaks: `update outbox_archive set republished = true where aggregate = ${loanOf}::text;
    update loan set version = version + 1 where id = ${loanOf}`,
    mends: `update outbox_archive set republished = false where aggregate = ${loanOf}::text;
    update loan set version = version - 1 where id = ${loanOf}`,
    named: () => [],
  },
);

planted("I7: an event without a row is named, and that the bus has never carried it", "circulation", {
  breaks: `insert into outbox_archive (id, pos, shard, subject, aggregate, version, headers, payload, republished, published_at)
    select uuidv7(), -1, shard, subject, uuidv7()::text, version, headers, payload, false, now() - interval '10 minutes'
    from outbox_archive limit 1`,
  mends: "delete from outbox_archive where pos = -1",
  named: async () => [
    ...(await names("circulation", "'circulation:event:' || (select aggregate from outbox_archive where pos = -1)")),
    ...(await names("circulation", "'circulation:archive:' || (select id from outbox_archive where pos = -1)")),
  ],
});

planted("I7: an event that was put back onto the bus is no stranger there, and not missing", "circulation", {
  async breaks() {
    await world.rows(
      "circulation",
      `with lost as (delete from outbox_archive where id = (select id from outbox_archive order by pos limit 1) returning *)
       insert into outbox (id, shard, subject, aggregate, version, headers, payload, republished)
       select id, shard, subject, aggregate, version, headers, payload, true from lost`,
    );
    await settled(world);
  },
  mends: "select",
  named: () => [],
});

planted("I7: an event that was archived a moment ago and never reached the bus is named", "circulation", {
  breaks: `insert into outbox_archive (id, pos, shard, subject, aggregate, version, headers, payload, republished)
    select uuidv7(), -1, shard, subject, aggregate, version, headers, payload, true from outbox_archive limit 1`,
  mends: "delete from outbox_archive where pos = -1",
  named: () => names("circulation", "'circulation:archive:' || (select id from outbox_archive where pos = -1)"),
});

const stranger = randomUUID();
let strangerAt = 0;

planted("I7: an event on the bus that no row stands behind is named", "circulation", {
  breaks: () =>
    onBus(async ({ publish }) => {
      const envelope = headers();
      // Of a kind that nobody knows: who hears it passes it over.
      for (const [name, value] of Object.entries({ "ce-id": stranger, shard: "0" })) envelope.set(name, value);
      strangerAt = (await publish.publish("lt.circulation.nothing.known.v1", "", { headers: envelope })).seq;
    }),
  mends: () => onBus(({ manage }) => manage.streams.deleteMessage(streamOf("circulation"), strangerAt)),
  named: () => [`circulation:bus:${stranger}`],
});

planted("I2: a request that was answered twice is named", "circulation", {
  breaks: `alter table first_answer drop constraint first_answer_pkey;
    insert into first_answer select * from first_answer order by at limit 1`,
  mends: `delete from first_answer where ctid = (select max(ctid) from first_answer where request_id =
      (select request_id from first_answer group by request_id having count(*) > 1));
    alter table first_answer add primary key (actor, request_id)`,
  named: () =>
    names("circulation", "'circulation:' || actor || '/' || request_id from first_answer order by at limit 1 --"),
});

planted("I2: a loan that a desk was told of and that is not there is named", "circulation", {
  breaks: `create table planted.before as select * from loan where id = ${loanOf}; delete from loan where id = ${loanOf}`,
  mends: "insert into loan select * from planted.before; drop table planted.before",
  named: () =>
    names(
      "circulation",
      `'circulation:' || actor || '/' || request_id from first_answer
       where position(convert_to((select id::text from planted.before), 'UTF8') in answer) > 0 --`,
    ),
});

const theTitle = () => stage.titleId;

planted("I5: a reader's name in another service's rows is named by its place, not by what it says", "catalogue", {
  breaks: `insert into wish (hold_id, library_id, title_id, title, author) values (uuidv7(), 'VN-000001P', 'u', 'x', '${canary}')`,
  mends: "delete from wish",
  named: () => ["catalogue:wish:canary-1"],
});

planted("I5: a reader's name inside an event that was set aside is named", "circulation", {
  breaks: `insert into dead_letter (consumer, subject, headers, payload, error)
    values ('circulation', 'x', '{}', convert_to('\u0001' || '${canary}' || '\u0002', 'UTF8'), 'x')`,
  mends: "delete from dead_letter",
  named: () => ["circulation:dead_letter:canary-1"],
});

planted("I5: a reader's name in the search index is named", "catalogue", {
  breaks: () => rewritten(theTitle(), (document) => ({ ...document, hit: { author: canary } })),
  mends: () => rewritten(theTitle(), (document) => document),
  named: () => ["index:canary-1"],
});

planted("I6: a title that search shows in an older version is named", "catalogue", {
  breaks: () =>
    world.rows("catalogue", "update title set index_version = index_version + 1 where id = $1", [theTitle()]),
  mends: () =>
    world.rows("catalogue", "update title set index_version = index_version - 1 where id = $1", [theTitle()]),
  named: () => [`stale:${theTitle()}`],
});

planted("I6: a title that search does not show is named", "catalogue", {
  breaks: () => rewritten(theTitle(), () => undefined),
  mends: () => rewritten(theTitle(), (document) => document),
  named: () => [`missing:${theTitle()}`],
});

planted("I6: what search shows and no library has is named", "catalogue", {
  breaks: () => written("u00000000000000000000", { ...kept.get(theTitle())!.document, id: "u00000000000000000000" }, 1),
  mends: () => written("u00000000000000000000", undefined, 1),
  named: () => ["ghost:u00000000000000000000"],
});

const onTheShelf = "(select item_id from item_state where state = 'available' order by item_id limit 1)";

planted("I9: an item that catalogue says to be elsewhere than circulation does is named", "catalogue", {
  breaks: `create table planted.before as select * from item_state where item_id = ${onTheShelf};
    update item_state set state = 'in-transit' where item_id in (select item_id from planted.before)`,
  mends: `update item_state set state = 'available' where item_id in (select item_id from planted.before);
    drop table planted.before`,
  named: () => names("catalogue", "'item:' || (select item_id from planted.before)"),
});

planted("I9: a title that search says to be on loan while a copy is on the shelf is named", "catalogue", {
  breaks: () => rewritten(theTitle(), (document) => ({ ...document, availability: "on-loan" })),
  mends: () => rewritten(theTitle(), (document) => document),
  named: () => [`title:${theTitle()}`],
});

planted("I12: a table without a guard is named", "circulation", {
  breaks: "alter table loan no force row level security",
  mends: "alter table loan force row level security",
  named: () => ["circulation:unguarded table:loan"],
});

planted("I12: a policy that lets everybody write is named", "circulation", {
  breaks: "create policy whoever_asks on loan for update using (true)",
  mends: "drop policy whoever_asks on loan",
  named: () => [
    "circulation:policy for everybody:loan.whoever_asks",
    "circulation:policy that binds nobody:loan.whoever_asks",
  ],
});

planted("I12: a view that sees with its owner's eyes is named", "circulation", {
  breaks: "create view all_loans as select * from loan",
  mends: "drop view all_loans",
  named: () => ["circulation:view with its owner's eyes:all_loans"],
});

planted("I12: a service that can step past every guard is named", "catalogue", {
  breaks: "alter role catalogue_app bypassrls",
  mends: "alter role catalogue_app nobypassrls",
  named: () => ["role:catalogue_app"],
});

test("the program prints a line an invariant and tells by its end whether all hold, some do not, or nothing is known", async () => {
  const { postgresUrl, natsUrl, openSearchUrl, searchIndex, secrets } = world.where;
  const settings = {
    PATH: process.env.PATH ?? "",
    LIENTHONG_DATA: world.folder,
    // Addresses and two password files, as in production: no superuser, no other secret.
    ...{ POSTGRES_URL: postgresUrl, NATS_URL: natsUrl, OPENSEARCH_URL: openSearchUrl, SEARCH_INDEX: searchIndex },
    READER_PASSWORD_FILE: join(secrets, databaseSecret(readerRole)),
    NATS_READER_PASSWORD_FILE: join(secrets, `nats-${readerUser}`),
  };
  const program = join(import.meta.dirname, "../../deploy/lienthong.ts");
  const run = async (...args: string[]) => {
    const child = spawn(process.execPath, [program, "invariants", ...args], { env: settings });
    const [said, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
    return { code: code as number, said };
  };
  assert.deepEqual(await run("I1", "I5"), {
    code: 0,
    said: "I1 ok\nI5 not asked: no made readers' values to look for were given\n",
  });
  assert.equal((await run("I99")).code, 1, "what is no invariant is told as a mistake");
  await world.rows(
    "circulation",
    `update item_state set at_branch_id = null, state = 'IN_TRANSIT', due_at = null where item_id = ${lent}`,
  );
  const broken = await run("I1");
  assert.equal(broken.code, 1);
  assert.match(broken.said, /^I1 violated 1 [0-9a-f-]{36}\n$/);
  settings.NATS_URL = "nats://127.0.0.1:1";
  assert.deepEqual(await run("I7"), { code: 2, said: "" });
});

// What stands only for a moment in these, or comes of what nobody does here.
const withoutRows = {
  // Accounts need a sign-in server, and the others somebody who asks for them.
  identity: ["account", "account_reservation", "guest", "held_role", "library_alt_id"],
  // Queues, and what an import of one good record leaves empty.
  catalogue: [
    ...["import_met", "item_profile", "match_fact", "quarantine", "record_to_compare", "review_pair"],
    ...["title_to_index", "title_to_mark", "wish"],
  ],
  circulation: ["closed_day", "closed_weekday"],
};

for (const service of ["identity", "catalogue", "circulation"] as const)
  test(`I12: staff of another library reach no row of ${service} that does not name their library`, async () => {
    const { tables, reached, empty } = await reachedByAnother(world, service);
    assert(tables.length > 3);
    assert.deepEqual(reached, []);
    // Where there is no row nothing can be reached, and nothing was shown.
    assert.deepEqual(empty, withoutRows[service]);
  });

/** Does something on the bus that no service may. */
async function onBus<Result>(act: (bus: Bus) => Promise<Result>): Promise<Result> {
  const password = (await secret(world.where.secrets, "nats-admin")).value;
  const bus = await connectBus({ url: world.where.natsUrl, user: "admin", password });
  try {
    return await act(bus);
  } finally {
    await bus.connection.close();
  }
}

type Kept = { document: Record<string, unknown>; version: number };
const kept = new Map<string, Kept>();

/** Writes a title's document as it was first seen and then changed, or takes it away, under the version that it has. */
async function rewritten(id: string, change: (document: Kept["document"]) => Kept["document"] | undefined) {
  const was = await documentAt(id);
  await written(id, change(was.document), was.version);
}

async function documentAt(id: string): Promise<Kept> {
  const known = kept.get(id);
  if (known) return known;
  const { openSearchUrl, searchIndex } = world.where;
  const response = await fetch(`${openSearchUrl}/${searchIndex}/_doc/${id}`);
  const { _source: document, _version: version } = (await response.json()) as { _source: object; _version: number };
  const seen = { document: document as Kept["document"], version };
  kept.set(id, seen);
  return seen;
}

async function written(id: string, document: object | undefined, version: number) {
  const { openSearchUrl, searchIndex } = world.where;
  const response = await fetch(
    `${openSearchUrl}/${searchIndex}/_doc/${id}?refresh=true&version_type=external_gte&version=${version}`,
    document === undefined
      ? { method: "DELETE" }
      : { method: "PUT", body: JSON.stringify(document), headers: { "content-type": "application/json" } },
  );
  assert(response.ok, await response.text());
}
