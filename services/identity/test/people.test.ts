import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Actor, nobody } from "@lienthong/auth/actor.ts";
import { all, run, sql } from "@lienthong/database/transaction.ts";
import { asService } from "@lienthong/testing/running-service.ts";
import { forgetLookUps } from "../people/forget-look-ups.ts";
import { identity } from "../service.ts";
import { anIdentity, type Identity, type TestLibrary } from "./library.ts";

let service: Identity;
let hue: TestLibrary;
let hanoi: TestLibrary;
before(async () => {
  service = await anIdentity();
  hue = await service.aLibrary();
  hanoi = await service.aLibrary({ province: "01" });
});
after(() => service.stop());

test("a desk is told the names of its readers and of nobody else, and each look-up is kept", async () => {
  const [lan, minh] = [
    await hue.aPatron({ fullName: "Trần Thị Lan" }),
    await hanoi.aPatron({ fullName: "Lê Văn Minh" }),
  ];
  const desk = await service.as({ roles: [`librarian.desk@${hue.id}`], account: "desk-of-hue" });
  const { names } = await desk.getNames({ personIds: [lan.personId, minh.personId] });
  assert.deepEqual(names, [{ personId: lan.personId, fullName: "Trần Thị Lan" }]);
  const kept = await service.database.transact(asService(identity), (tx) =>
    all(tx, sql`select actor, person_ids::text[] as people from name_lookup where library_id = ${hue.id}`),
  );
  assert.deepEqual(kept, [{ actor: "staff:desk-of-hue", people: [lan.personId, minh.personId] }]);
});

test("a reader of another library who showed their card is served, and has a name, on that day", async () => {
  const minh = await hanoi.aPatron({ fullName: "Lê Văn Minh" });
  const desk = await hue.desk();
  const names = async () => (await desk.getNames({ personIds: [minh.personId] })).names.length;
  assert.equal(await names(), 0);
  await desk.resolveCard({ cardNumber: minh.number });
  assert.equal(await names(), 1);
  await service.database.transact(asService(identity), (tx) =>
    run(tx, sql`update guest set seen_at = now() - interval '13 hours' where person_id = ${minh.personId}`),
  );
  assert.equal(await names(), 0);
});

test("whose card lies on a desk and whose PIN was tried is kept like a name, the refused tries with their reason", async () => {
  const there = await service.aLibrary();
  const minh = await there.aPatron({ pin: "4711" });
  const desk = await service.as({ roles: [`librarian.desk@${there.id}`], account: "desk-of-there" });
  await desk.resolveCard({ cardNumber: minh.number });
  await desk.resolveCard({ cardNumber: "KHÔNG-CÓ" });
  for (const pin of ["4711", "4712"]) await desk.verifyPin({ libraryId: "", cardNumber: minh.number, pin });
  const kept = await service.database.transact(asService(identity), (tx) =>
    all(
      tx,
      sql`select act, actor, person_ids::text[] as people, refused from name_lookup where library_id = ${there.id} order by id`,
    ),
  );
  const actor = "staff:desk-of-there";
  assert.deepEqual(kept, [
    { act: "card", actor, people: [minh.personId], refused: null },
    { act: "card", actor, people: [], refused: "identity.resolve-card/card-unknown" },
    { act: "pin", actor, people: [minh.personId], refused: null },
    { act: "pin", actor, people: [minh.personId], refused: "identity.verify-pin/pin-wrong" },
  ]);
});

test("who was where is forgotten after 30 days, what staff answer for after 5 years", async () => {
  const there = await service.aLibrary();
  const staff = { ...nobody, kind: "staff", id: "desk", libraryId: there.id } as Actor;
  await service.database.transact(staff, (tx) =>
    run(
      tx,
      sql`
      insert into name_lookup (library_id, actor, act, person_ids, refused, at)
      select ${there.id}, 'staff:desk', act, array[gen_random_uuid()], refused, now() - age
      from (values ('card', null, interval '29 days'), ('card', null, interval '31 days'),
                   ('card', 'identity.resolve-card/card-unknown', interval '31 days'),
                   ('name', null, interval '4 years'), ('name', null, interval '61 months')) as one (act, refused, age)`,
    ),
  );
  const kept = () =>
    service.database.transact(asService(identity), (tx) =>
      all<{ act: string; refused: boolean; days: number }>(
        tx,
        sql`
        select act, refused is not null as refused, extract(day from now() - at)::int as days
        from name_lookup where library_id = ${there.id} order by at desc`,
      ),
    );
  assert.equal((await kept()).length, 5);
  await service.runs(forgetLookUps);
  assert.deepEqual(
    (await kept()).map((row) => `${row.act} ${row.refused} ${row.days < 1000 ? row.days : "years"}`),
    ["card false 29", "card true 31", "name false years"],
  );
});

test("at most a hundred names are asked for at once", async () => {
  const desk = await hue.desk();
  const personIds = Array.from({ length: 101 }, () => "0190d1c0-0000-7000-8000-000000000001");
  await assert.rejects(desk.getNames({ personIds }), { kind: "bad-input" });
});

const everything = sql`
  select 'person' as "of", id::text from person union all select 'card', id::text from card
  union all select 'account', subject from account union all select 'guest', person_id::text from guest
  union all select 'role', id::text from held_role union all select 'lookup', id::text from name_lookup`;

test("row-level security shows people to nobody who is not named, even where code forgets to ask", async () => {
  const lan = await hue.aPatron();
  const other = await service.aLibrary();
  const seen = (actor: Partial<Actor>) =>
    service.database.transact({ ...nobody, ...actor } as Actor, (tx) =>
      all<{ of: string; id: string }>(tx, everything),
    );
  const atLibrary = (libraryId: string) => seen({ kind: "staff", id: "x", libraryId });
  assert.deepEqual(await seen({}), []);
  assert.deepEqual(await atLibrary(other.id), []);
  assert.deepEqual(await seen({ kind: "client", id: "y", roles: [{ name: "agency.ministry", libraryId: null }] }), []);
  assert.deepEqual(await seen({ kind: "person", id: "z", personId: "0190d1c0-0000-7000-8000-000000000001" }), []);
  const own = await seen({ kind: "person", id: "z", personId: lan.personId });
  assert.deepEqual(own.map((row) => row.of).sort(), ["card", "person"]);
  assert.ok((await atLibrary(hue.id)).some(({ id }) => id === lan.id));
});

test("staff of a foreign library change nothing of a reader, even where code forgets to ask", async () => {
  const lan = await hue.aPatron();
  const foreign: Actor = { ...nobody, kind: "staff", id: "x", libraryId: hanoi.id };
  const touch = (statement: ReturnType<typeof sql>) => service.database.transact(foreign, (tx) => run(tx, statement));
  assert.equal(await touch(sql`update card set state = 'VOID' where id = ${lan.id}`), 0);
  assert.equal(await touch(sql`update person set full_name = 'x' where id = ${lan.personId}`), 0);
  assert.equal(await touch(sql`delete from name_lookup`), 0);
  const insert = sql`
    insert into card (library_id, person_id, number, category, pin)
    values (${hue.id}, ${lan.personId}, 'GIẢ', 'ADULT', 'x')`;
  await assert.rejects(touch(insert), /row-level security/);
});
