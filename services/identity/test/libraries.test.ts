import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { run, sql } from "@lienthong/database/transaction.ts";
import { BranchChanged, LibraryChanged } from "@lienthong/proto/identity/v1/events.ts";
import { LibraryKind, LibraryLevel } from "@lienthong/proto/identity/v1/library.ts";
import { republish } from "@lienthong/bus/republish.ts";
import { enqueue } from "@lienthong/jobs/job.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { asService } from "@lienthong/testing/running-service.ts";
import { until } from "@lienthong/testing/until.ts";
import { isCode } from "../libraries/code.ts";
import { tellDueFacts } from "../libraries/tell-due-facts.ts";
import { identity } from "../service.ts";
import { anIdentity, aRegistration, type Identity, inWords, orThrow } from "./library.ts";

let service: Identity;
before(async () => {
  service = await anIdentity();
});
after(() => service.stop());

const told = async (id: string) =>
  (await service.announced())
    .filter(({ aggregate }) => aggregate === id)
    .map(({ event }) => event as LibraryChanged & BranchChanged);
const fieldsOf = (error: unknown) => (error instanceof CallFault ? error.fields.map(({ field }) => field) : []);

test("a library is registered under a code that checks, and is told with its branches", async () => {
  const hue = await service.aLibrary();
  assert.ok(isCode(hue.id));
  assert.equal(hue.provinceName, "Huế");
  assert.equal(hue.branches[0]?.servicePoints[0]?.kind, "SERVICE_POINT_KIND_DESK");
  const [library] = await told(hue.id);
  assert.equal(library?.name, "Thư viện thành phố Huế");
  assert.equal(library?.active, true);
  const [branch] = await told(hue.branches[0]?.id ?? "");
  assert.equal(branch?.libraryId, hue.id);
});

test("the same registration sent again registers one library", async () => {
  const agency = await service.ministry();
  const requestId = "register-once-0001";
  const first = answered(await agency.registerLibrary(aRegistration, { requestId }));
  const second = answered(await agency.registerLibrary(aRegistration, { requestId }));
  assert.deepEqual(second, first);
});

test("a code of one's own must check and be free", async () => {
  const agency = await service.ministry();
  const wrong = agency.registerLibrary({ ...aRegistration, id: "VN-7K2M4QX" });
  await assert.rejects(
    wrong,
    (error) => error instanceof CallFault && /check character.*W/.test(error.fields[0]?.problem ?? ""),
  );
  await agency.registerLibrary({ ...aRegistration, id: "VN-7K2M4QW" });
  const again = await agency.registerLibrary({ ...aRegistration, id: "VN-7K2M4QW" });
  assert.equal(inWords(again), "code-taken");
});

test("a code from outside leads to one library, also when two are registered with it at once", async () => {
  const agency = await service.ministry();
  const ask = { ...aRegistration, altIds: [{ scheme: "vi-world", value: "QG010000" }] };
  const answers = await Promise.all([agency.registerLibrary(ask), agency.registerLibrary(ask)]);
  assert.deepEqual(answers.map(inWords).sort(), ["alt-id-taken", "library"]);
  const made = answers.map((answer) => answered(answer)).find((answer) => !isRefusal(answer));
  const found = orThrow(answered(await agency.getLibrary({ code: "QG010000", on: "" })));
  assert.equal(found.id, orThrow(made)?.id);
});

test("what cannot be registered is named field by field", async () => {
  const agency = await service.ministry();
  const cases: [Partial<typeof aRegistration>, string[]][] = [
    [{ name: " " }, ["name"]],
    [{ kind: LibraryKind.UNSPECIFIED, level: LibraryLevel.UNSPECIFIED }, ["kind"]],
    [{ level: LibraryLevel.UNSPECIFIED }, ["level"]],
    [{ kind: LibraryKind.UNIVERSITY }, ["level"]],
    [{ province: "10" }, ["province"]],
    [{ from: "2999-01-01" }, ["from"]],
    [{ from: "2025-02-30" }, ["from"]],
  ];
  for (const [bent, fields] of cases) {
    await assert.rejects(agency.registerLibrary({ ...aRegistration, ...bent }), (error) => {
      assert.deepEqual(fieldsOf(error), fields, JSON.stringify(bent));
      return true;
    });
  }
});

test("what was true of a library on a day stays known when it changes", async () => {
  const library = await service.aLibrary({ name: "Thư viện tỉnh", from: "1990-01-01" });
  const agency = await service.ministry();
  const change = (value: string, from: string) =>
    agency.changeLibraryFact({ libraryId: library.id, attribute: "name", value, from, source: "QĐ 12/2020" });
  await change("Thư viện tổng hợp", "2020-05-01");
  await change("Thư viện mai sau", "2998-01-01");
  await change("Thư viện giữa", "2023-01-01");
  const nameOn = async (on: string) => orThrow(answered(await agency.getLibrary({ code: library.id, on }))).name;
  assert.equal(await nameOn("1999-12-31"), "Thư viện tỉnh");
  assert.equal(await nameOn("2020-04-30"), "Thư viện tỉnh");
  assert.equal(await nameOn("2020-05-01"), "Thư viện tổng hợp");
  assert.equal(await nameOn("2023-01-01"), "Thư viện giữa");
  assert.equal(await nameOn(""), "Thư viện giữa");
  assert.equal(await nameOn("2998-01-01"), "Thư viện mai sau");
  assert.equal(inWords(await agency.getLibrary({ code: library.id, on: "1989-12-31" })), "library-unknown");
  assert.equal(inWords(await change("Trước khi có", "1980-01-01")), "before-founding");
  const versions = (await told(library.id)).map(({ version }) => version);
  assert.equal(versions.length, 4);
  const [first = 0n] = versions;
  assert.deepEqual(versions, [first, first + 1n, first + 2n, first + 3n]);
});

test("a fact corrected on its own day replaces the wrong one, which is kept as void", async () => {
  const library = await service.aLibrary();
  const agency = await service.ministry();
  const change = (value: string) =>
    agency.changeLibraryFact({
      libraryId: library.id,
      attribute: "ownership",
      value,
      from: "2024-01-01",
      source: "sửa",
    });
  await change("NON_PUBLIC");
  await change("PUBLIC");
  const { rows } = await service.database.frame.query(
    "select value, voided_at is not null as void from library_fact where library_id = $1 and attribute = 'ownership' order by id",
    [library.id],
  );
  assert.deepEqual(rows, [
    { value: "NON_PUBLIC", void: true },
    { value: "PUBLIC", void: false },
  ]);
});

test("the database refuses two facts of one attribute that overlap, whatever the code does", async () => {
  const library = await service.aLibrary();
  const overlapping = service.database.transact(asService(identity), (tx) =>
    run(
      tx,
      sql`
      insert into library_fact (library_id, attribute, value, valid, source, entered_by)
      values (${library.id}, 'name', 'khác', daterange('2024-01-01', '2024-02-01'), 'thử', 'thử')`,
    ),
  );
  await assert.rejects(overlapping, /facts_of_one_attribute_do_not_overlap/);
});

test("two changes of one fact at once leave one truth a day", async () => {
  const library = await service.aLibrary();
  const agency = await service.ministry();
  const change = (value: string) =>
    agency.changeLibraryFact({ libraryId: library.id, attribute: "name", value, from: "2024-01-01", source: "thử" });
  const answers = await Promise.all([change("Một"), change("Hai")]);
  assert.deepEqual(answers.map(inWords), ["library", "library"]);
  const now = orThrow(answered(await agency.getLibrary({ code: library.id, on: "" }))).name;
  assert.ok(["Một", "Hai"].includes(now));
});

test("a province's code means the unit of the day asked about", async () => {
  const library = await service.aLibrary({ province: "52", from: "1985-01-01" });
  const agency = await service.ministry();
  await agency.changeLibraryFact({
    libraryId: library.id,
    attribute: "province",
    value: "52",
    from: "1989-07-01",
    source: "NQ",
  });
  const on = async (day: string) =>
    orThrow(answered(await agency.getLibrary({ code: library.id, on: day }))).provinceName;
  assert.equal(await on("2025-06-30"), "Bình Định");
  assert.equal(await on("2025-07-01"), "Gia Lai");
});

test("a fact that was told for later is told to the others when its day has come", async () => {
  const library = await service.aLibrary({ from: "1990-01-01" });
  const agency = await service.ministry();
  await agency.changeLibraryFact({
    libraryId: library.id,
    attribute: "name",
    value: "Tên mới",
    from: "2024-01-01",
    source: "QĐ",
  });
  // As if it had been last told the day before the fact became true.
  await service.database.transact(asService(identity), (tx) =>
    run(tx, sql`update library set told_on = '2023-12-31' where id = ${library.id}`),
  );
  const stop = await service.works();
  await service.database.transact(asService(identity), (tx) => enqueue(tx, tellDueFacts, undefined));
  const events = await until(
    () => told(library.id),
    (all) => all.length === 3,
  );
  await stop();
  assert.equal(events.at(-1)?.name, "Tên mới");
});

test("anybody reads the registry; only the ministry writes it", async () => {
  const library = await service.aLibrary({ province: "01" });
  const reader = await service.as({});
  assert.equal(orThrow(answered(await reader.getLibrary({ code: library.id, on: "" }))).id, library.id);
  const { libraries } = await reader.listLibraries({ after: "", size: 200, province: "01" });
  assert.ok(libraries.some(({ id }) => id === library.id));
  assert.ok(libraries.every(({ province }) => province === "01"));
  await assert.rejects(reader.registerLibrary(aRegistration), { kind: "not-allowed" });
  // Row-level security holds it without the command's own look: staff who write the registry write nothing.
  const byStaff = service.database.transact(
    { kind: "staff", id: "x", personId: null, libraryId: library.id, roles: [], loa: 2 },
    (tx) => run(tx, sql`update library set founded = '1900-01-01' where id = ${library.id}`),
  );
  assert.equal(await byStaff, 0);
});

test("the list goes on after the last code of the page before", async () => {
  for (let made = 0; made < 3; made += 1) await service.aLibrary({ province: "96" });
  const reader = await service.as({});
  const seen: string[] = [];
  for (let after: string | undefined = ""; after !== undefined; ) {
    const { libraries } = await reader.listLibraries({ after, size: 2, province: "96" });
    seen.push(...libraries.map(({ id }) => id));
    after = libraries.at(-1)?.id;
  }
  assert.equal(seen.length, 3);
  assert.deepEqual(seen, [...seen].sort());
});

test("a manager opens a branch of their own library, and none of another", async () => {
  const [hue, hanoi] = [await service.aLibrary(), await service.aLibrary({ province: "01" })];
  const branch = { name: "Phòng đọc An Cựu", province: "46", commune: "An Cựu", address: "1 Hùng Vương", pickup: true };
  const manager = await hue.manager();
  const made = orThrow(answered(await manager.addBranch({ libraryId: hue.id, branch })));
  assert.equal(made.servicePoints.length, 1);
  await assert.rejects(manager.addBranch({ libraryId: hanoi.id, branch }), { kind: "not-found" });
  const agency = await service.ministry();
  assert.equal(inWords(await agency.addBranch({ libraryId: "VN-000001P", branch })), "library-unknown");
  await assert.rejects(manager.addBranch({ libraryId: hue.id, branch: { ...branch, province: "99" } }), {
    kind: "bad-input",
  });
});

test("libraries and branches can be told again as they are", async () => {
  const library = await service.aLibrary({ branches: [...aRegistration.branches, ...aRegistration.branches] });
  const before = (await told(library.id)).length;
  await republish(service.database, "identity", identity.retells, { libraryId: library.id });
  const again = (await told(library.id)).slice(before);
  assert.equal(again.length, 1);
  assert.equal(again[0]?.version, (await told(library.id))[0]?.version);
  for (const { id } of library.branches) assert.equal((await told(id)).length, 2);
});
