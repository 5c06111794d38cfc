import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { all, run, sql } from "@lienthong/database/transaction.ts";
import { enqueue } from "@lienthong/jobs/job.ts";
import type { CardChanged, RoleChanged } from "@lienthong/proto/identity/v1/events.ts";
import type { GrantRoleRequest, Role } from "@lienthong/proto/identity/v1/service.ts";
import { answered } from "@lienthong/rpc/refusal.ts";
import { asService } from "@lienthong/testing/running-service.ts";
import { until } from "@lienthong/testing/until.ts";
import { turnRoles } from "../roles/turn.ts";
import { identity } from "../service.ts";
import { anIdentity, type Identity, inWords, orThrow, type TestLibrary } from "./library.ts";
import { aSignInRealm, type SignInRealm } from "./sign-in-realm.ts";

let server: SignInRealm;
let service: Identity;
let hue: TestLibrary;
let stopWorking: () => Promise<void>;
before(async () => {
  server = await aSignInRealm();
  service = await anIdentity({ realm: server.realm, adminSecret: server.adminSecret, realmName: server.name });
  hue = await service.aLibrary();
  stopWorking = await service.works();
});
after(async () => {
  await stopWorking();
  await service.stop();
  server.realm.close();
  await server.drop();
});

const told = async (id: string) => (await service.announced()).filter((event) => event.aggregate === id);
const grant = (told: Partial<GrantRoleRequest>): GrantRoleRequest => ({
  personId: "",
  client: "",
  role: "librarian.desk",
  libraryId: hue.id,
  from: undefined,
  until: undefined,
  ...told,
});
const rolesIn = (token: Record<string, unknown>) => (token.roles ?? []) as string[];
const programHas = (role: string, client = "sample-desk") =>
  until(
    async () => rolesIn(await server.tokenOf(client)),
    (roles) => roles.includes(role),
  );
const programLacks = (role: string, client = "sample-desk") =>
  until(
    async () => rolesIn(await server.tokenOf(client)),
    (roles) => !roles.includes(role),
  );
const inService = (statement: ReturnType<typeof sql>) =>
  service.database.transact(asService(identity), (tx) => run(tx, statement));

test("whoever signs in for the first time becomes a person, whom the next token says", async () => {
  const subject = await server.aRegistration("Nguyễn Văn Bình");
  const first = await service.as({ account: subject, loa: 0 });
  const reply = await first.signIn({});
  assert.equal(reply.person?.fullName, "Nguyễn Văn Bình");
  assert.equal(reply.person?.loa, 0);
  assert.equal(reply.refreshToken, true);
  const attributes = await server.attributesOf(subject);
  assert.deepEqual(
    [attributes.person, attributes.loa, attributes.fullName],
    [[reply.person?.id], ["0"], ["Nguyễn Văn Bình"]],
  );
  const fresh = await service.as({ account: subject, personId: reply.person?.id ?? "", loa: 0 });
  assert.deepEqual(await fresh.signIn({}), { person: reply.person, refreshToken: false });
});

test("two first sign-ins at once make one person; a program is none", async () => {
  const subject = await server.aRegistration("Đỗ Thị Mai");
  const someone = await service.as({ account: subject, loa: 0 });
  const [one, other] = await Promise.all([someone.signIn({}), someone.signIn({})]);
  assert.equal(one.person?.id, other.person?.id);
  await assert.rejects((await service.as({ client: "sample-desk" })).signIn({}), { kind: "not-allowed" });
});

test("a reader attaches the card that a desk gave them, and is known as well as the desk knew them", async () => {
  const card = await hue.aPatron({ fullName: "Lý Thị Hoa", pin: "2468" });
  const subject = await server.aRegistration("hoa");
  const { person } = await (await service.as({ account: subject, loa: 0 })).signIn({});
  const me = await service.as({ account: subject, personId: person?.id ?? "", loa: 0 });
  const attach = (pin: string, cardNumber = card.number) => me.attachCard({ libraryId: hue.id, cardNumber, pin });
  assert.equal(inWords(await attach("0000")), "card-or-pin-wrong");
  assert.equal(inWords(await attach("2468", "KHÔNG-CÓ")), "card-or-pin-wrong");
  const mine = orThrow(answered(await attach("2468")));
  assert.deepEqual([mine.id, mine.personId], [card.id, person?.id]);
  assert.equal(inWords(await attach("2468")), "card", "attached twice is attached");
  const again = await me.signIn({});
  assert.equal(again.person?.fullName, "Lý Thị Hoa");
  assert.equal(again.person?.loa, 2);
  assert.equal(again.refreshToken, true);
  assert.deepEqual(
    again.person?.cards.map(({ id }) => id),
    [card.id],
  );
  assert.deepEqual((await server.attributesOf(subject)).loa, ["2"]);
  const events = (await told(card.id)).map(({ event }) => event as CardChanged);
  assert.deepEqual(
    events.map(({ personId }) => personId),
    [card.personId, person?.id],
  );

  const thief = await server.aRegistration("kẻ khác");
  const other = await (await service.as({ account: thief, loa: 0 })).signIn({});
  const they = await service.as({ account: thief, personId: other.person?.id ?? "", loa: 0 });
  assert.equal(
    inWords(await they.attachCard({ libraryId: hue.id, cardNumber: card.number, pin: "2468" })),
    "card-attached",
  );
});

test("one PIN tried on many cards gets no further than five", async () => {
  const subject = await server.aRegistration("người đoán");
  const { person } = await (await service.as({ account: subject, loa: 0 })).signIn({});
  const me = await service.as({ account: subject, personId: person?.id ?? "", loa: 0 });
  const answers: string[] = [];
  for (let at = 0; at < 6; at += 1) {
    const card = await hue.aPatron({ pin: at === 5 ? "1234" : "9876" });
    answers.push(inWords(await me.attachCard({ libraryId: hue.id, cardNumber: card.number, pin: "1234" })));
  }
  assert.deepEqual(answers, [...Array(4).fill("card-or-pin-wrong"), "pin-wait", "pin-wait"]);
});

test("a granted role is in the program's next token, a withdrawn one is not", async () => {
  const agency = await service.ministry();
  const role = orThrow(answered(await agency.grantRole(grant({ client: "sample-desk" }))));
  const spelled = `librarian.desk@${hue.id}`;
  await programHas(spelled);
  const token = await server.tokenOf("sample-desk");
  assert.equal(Number(token.exp) - Number(token.iat), 60, "what a token says is true for a minute at most");
  assert.equal(
    orThrow(answered(await agency.grantRole(grant({ client: "sample-desk" })))).id,
    role.id,
    "granted twice: one role",
  );
  const withdrawn = orThrow(answered(await agency.withdrawRole({ roleId: role.id })));
  assert.equal(withdrawn.active, false);
  await programLacks(spelled);
  assert.equal(orThrow(answered(await agency.withdrawRole({ roleId: role.id }))).active, false);
  const events = (await told(role.id)).map(({ event }) => event as RoleChanged);
  assert.deepEqual(
    events.map(({ active }) => active),
    [true, false],
  );
});

test("a program keeps the role that the realm's own file gave it", async () => {
  const agency = await service.ministry();
  await agency.grantRole(grant({ client: "setup", role: "librarian.cataloguer" }));
  const roles = await programHas(`librarian.cataloguer@${hue.id}`, "setup");
  assert.ok(roles.includes("agency.ministry"));
});

test("a dated role begins and ends by itself", async () => {
  const agency = await service.ministry();
  const spelled = `librarian.digital@${hue.id}`;
  const asked = grant({
    client: "sample-cataloguer",
    role: "librarian.digital",
    from: "2998-01-01",
    until: "2999-01-01",
  });
  const role = orThrow(answered(await agency.grantRole(asked)));
  assert.deepEqual([role.active, role.from, role.until], [false, "2998-01-01", "2999-01-01"]);
  assert.equal(inWords(await agency.grantRole({ ...asked, from: undefined, until: undefined })), "role-held");
  const turn = () => service.database.transact(asService(identity), (tx) => enqueue(tx, turnRoles, undefined));
  await inService(
    sql`update held_role set valid = tstzrange(now() - interval '1 minute', '2999-01-01') where id = ${role.id}`,
  );
  await turn();
  await programHas(spelled, "sample-cataloguer");
  await inService(sql`update held_role set valid = tstzrange(lower(valid), now()) where id = ${role.id}`);
  await turn();
  await programLacks(spelled, "sample-cataloguer");
  const events = (await told(role.id)).map(({ event }) => event as RoleChanged);
  assert.deepEqual(
    events.map(({ active }) => active),
    [false, true, false],
  );
});

test("a role whose mirror was lost is mirrored again within the minute", async () => {
  const agency = await service.ministry();
  const role = orThrow(
    answered(await agency.grantRole(grant({ client: "sample-desk", role: "librarian.cataloguer" }))),
  );
  const spelled = `librarian.cataloguer@${hue.id}`;
  await programHas(spelled);
  await until(() => isMirrored(role));
  // As if a process had been killed after the withdrawal committed and before its mirror wrote.
  await inService(sql`update held_role set withdrawn_at = now(), mirror_due = true where id = ${role.id}`);
  await service.database.transact(asService(identity), (tx) => enqueue(tx, turnRoles, undefined));
  await programLacks(spelled);
  await until(() => isMirrored(role));
});

test("an account of staff signs in with its password and says its roles", async () => {
  const manager = await hue.manager();
  const username = `thuthu-${Date.now()}`;
  const ask = { personId: "", fullName: "Phạm Thủ Thư", username, password: "mật khẩu thật dài" };
  const requestId = `make-account-${username}`;
  const account = orThrow(answered(await manager.makeAccount(ask, { requestId })));
  assert.deepEqual(orThrow(answered(await manager.makeAccount(ask, { requestId }))), account);
  assert.equal(inWords(await manager.makeAccount({ ...ask, fullName: "Người khác" })), "username-taken");
  // The server's guard against guessing now and then holds a new account back for an instant.
  await until(() => server.signsIn(username, ask.password));
  assert.ok(!(await server.signsIn(username, "một mật khẩu khác")));
  const role = orThrow(answered(await manager.grantRole(grant({ personId: account.personId }))));
  assert.equal(role.active, true);
  const [kept] = await service.database.transact(asService(identity), (tx) =>
    all<{ subject: string }>(tx, sql`select subject from account where person_id = ${account.personId}`),
  );
  const attributes = await until(
    () => server.attributesOf(kept?.subject ?? ""),
    (now) => now.roles?.[0] === `librarian.desk@${hue.id}`,
  );
  assert.deepEqual(
    [attributes.person, attributes.loa, attributes.fullName],
    [[account.personId], ["2"], ["Phạm Thủ Thư"]],
  );
  const { roles } = await manager.listRoles({ libraryId: hue.id, after: "" });
  assert.ok(roles.some(({ id, personId }) => id === role.id && personId === account.personId));
});

test("an account whose making broke off is finished by the next try", async () => {
  const manager = await hue.manager();
  const username = `dodang-${Date.now()}`;
  const ask = { personId: "", fullName: "Phạm Dở Dang", username, password: "mật khẩu thật dài" };
  const [one, other] = await Promise.all([manager.makeAccount(ask), manager.makeAccount(ask)]);
  // Both go on with the person that the first reserved: one account, one person, whoever came second.
  const made = [one, other].map((reply) =>
    inWords(reply) === "account" ? orThrow(answered(reply)).personId : "refused",
  );
  assert.equal(new Set(made).size, 1);
});

test("a reader gets one account, from a library that serves them", async () => {
  const card = await hue.aPatron();
  const hanoi = await service.aLibrary({ province: "01" });
  const ask = (username: string) => ({
    personId: card.personId,
    fullName: "",
    username,
    password: "mật khẩu thật dài",
  });
  assert.equal(inWords(await (await hanoi.manager()).makeAccount(ask("khac.thu.vien"))), "person-unknown");
  const manager = await hue.manager();
  assert.equal(inWords(await manager.makeAccount(ask("ban.doc.hue"))), "account");
  assert.equal(inWords(await manager.makeAccount(ask("ban.doc.hue2"))), "person-has-account");
  const other = await hue.aPatron();
  const byTheMinistry = { ...ask("ban.doc.bo"), personId: other.personId, fullName: "Trần Thị Lan" };
  const agency = await service.ministry();
  assert.equal(inWords(await agency.makeAccount(byTheMinistry)), "account");
  assert.equal(inWords(await agency.makeAccount({ ...byTheMinistry, username: "khac" })), "person-has-account");
  const short = manager.makeAccount({ ...ask("ban.doc.3"), password: "ngắn quá" });
  await assert.rejects(short, { kind: "bad-input" });
  const asName = { personId: "", fullName: "A", username: "trung-ten-dang-nhap", password: "trung-ten-dang-nhap" };
  assert.equal(inWords(await manager.makeAccount(asName)), "password-refused");
});

test("a manager grants roles at their own library to people it knows, and none of the platform", async () => {
  const hanoi = await service.aLibrary({ province: "01" });
  const [manager, agency] = [await hue.manager(), await service.ministry()];
  const mine = await hue.aPatron();
  const theirs = await hanoi.aPatron();
  const ofPlatform = grant({ personId: mine.personId, role: "ops", libraryId: "" });
  assert.equal(inWords(await manager.grantRole(ofPlatform)), "role-of-platform");
  assert.equal(inWords(await agency.grantRole(ofPlatform)), "role");
  assert.equal(inWords(await manager.grantRole(grant({ personId: theirs.personId }))), "person-unknown");
  assert.equal(inWords(await agency.grantRole(grant({ personId: theirs.personId }))), "role");
  assert.equal(
    inWords(await agency.grantRole(grant({ personId: theirs.personId, libraryId: "VN-000001P" }))),
    "library-unknown",
  );
  assert.equal(inWords(await agency.grantRole(grant({ client: "khong-co" }))), "client-unknown");
  await assert.rejects(manager.grantRole(grant({ personId: mine.personId, libraryId: hanoi.id })), {
    kind: "not-found",
  });
  const foreign = orThrow(answered(await agency.grantRole(grant({ personId: theirs.personId, libraryId: hanoi.id }))));
  assert.equal(inWords(await manager.withdrawRole({ roleId: foreign.id })), "role-unknown");
  await assert.rejects(manager.listRoles({ libraryId: hanoi.id, after: "" }), { kind: "not-found" });
  for (const wrong of [
    grant({}),
    grant({ personId: mine.personId, client: "x" }),
    grant({ personId: mine.personId, role: "king" }),
    grant({ personId: mine.personId, until: "2020-01-01" }),
    grant({ personId: mine.personId, from: "2998-01-02", until: "2998-01-01" }),
  ]) {
    await assert.rejects(agency.grantRole(wrong), { kind: "bad-input" });
  }
});

test("two who grant one role at once grant it once", async () => {
  const person = await hue.aPatron();
  const manager = await hue.manager();
  const ask = () => manager.grantRole(grant({ personId: person.personId }));
  const roles = (await Promise.all([ask(), ask()])).map((reply) => orThrow(answered(reply)).id);
  assert.equal(roles[0], roles[1]);
});

async function isMirrored({ id }: Role): Promise<boolean> {
  const [row] = await service.database.transact(asService(identity), (tx) =>
    all<{ due: boolean }>(tx, sql`select mirror_due as due from held_role where id = ${id}`),
  );
  return row?.due === false;
}
