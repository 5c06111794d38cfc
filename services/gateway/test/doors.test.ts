import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { command, query } from "@lienthong/rpc/answer.ts";
import { outcome, refusals } from "@lienthong/rpc/refusal.ts";
import { aCheckedIn, aHit, aLibrary, aLoan, anId, anItem, hanoi, hue } from "./builders.ts";
import { type OpenDoor, openDoorBefore } from "./stand-ins.ts";

const refuse = refusals("circulation.check-out", { "item-on-loan": "The item is on loan." });
const unknown = refusals("catalogue.get-title", { "title-unknown": "No such title." });
const noLibrary = refusals("identity.get-library", { "library-unknown": "No such library." });
const mapped = Array.from({ length: 2_500 }, (_, n) => ({
  libraryId: hue,
  controlNumber: String(n),
  recordId: String(n).padStart(6, "0"),
  titleId: anId,
}));
let lent = 0;
let librariesAsked = 0;
let searched: unknown;
let pagesAsked = 0;

let door: OpenDoor;
before(async () => {
  door = await openDoorBefore({
    identity: {
      getLibrary: query(async ({ code }) => {
        librariesAsked += 1;
        const known = code === "CC460000" || code === hue;
        return outcome(known ? aLibrary() : noLibrary("library-unknown"), "library", (library) => library);
      }),
    },
    catalogue: {
      search: query(async (ask) => {
        searched = ask;
        const total = 2n ** 60n;
        return { hits: [aHit()], total, facets: [], next: "", folded: true, didYouMean: "", limited: false };
      }),
      getTitle: query(async ({ id }) => {
        const found = { brief: aHit(), items: [], asOf: undefined, movedFrom: id === anId ? "" : id };
        return outcome(id === "gone" ? unknown("title-unknown") : found, "title", (title) => title);
      }),
      titleMapping: query(async ({ after: from, size }) => {
        pagesAsked += 1;
        return { records: mapped.filter(({ recordId }) => recordId > from).slice(0, size) };
      }),
    },
    circulation: {
      checkOut: command(async ({ barcode, itemId }, caller) =>
        caller.as(async () => {
          lent += 1;
          if (barcode === "TAKEN") return outcome(refuse("item-on-loan", { dueAt: "soon" }), "loan", aLoan);
          if (barcode === "TWICE") return { outcome: { $case: "choice" as const, value: { items: [anItem()] } } };
          return { outcome: { $case: "loan" as const, value: aLoan({ barcode, titleId: itemId }) } };
        }),
      ),
      checkIn: command((_ask, caller) =>
        caller.as(async () => ({ outcome: { $case: "checkedIn" as const, value: aCheckedIn() } })),
      ),
      pickList: query(async () => ({ rows: [] })),
      myAccount: query(async () => ({ loans: [aLoan()], holds: [] })),
    },
  });
});
after(() => door.stop());

type Someone = Parameters<OpenDoor["token"]>[0];
const deskAt = (libraryId: string): Someone => ({ account: "lan", roles: [`librarian.desk@${libraryId}`] });

async function get(url: string, someone?: Someone, headers: Record<string, string> = {}) {
  const authorization = someone && `Bearer ${await door.token(someone)}`;
  return door.app.inject({ method: "GET", url, headers: { ...headers, ...(authorization ? { authorization } : {}) } });
}

async function post(url: string, someone: Someone, body: object, headers: Record<string, string> = {}) {
  const authorization = `Bearer ${await door.token(someone)}`;
  const all = { authorization, "idempotency-key": randomUUID(), ...headers };
  return door.app.inject({ method: "POST", url, headers: all, payload: body });
}

test("a search finds titles with their records, and passes chosen facets on", async () => {
  const answer = await get("/api/v1/titles?q=so+do&size=5&language=vie&language=eng&library=CC460000&sort=newest");
  assert.equal(answer.statusCode, 200);
  const { total, hits } = answer.json();
  assert.equal(total, "1152921504606846976", "a number that JSON cannot keep exact comes as digits");
  assert.deepEqual(hits[0].records, [
    {
      library: hue,
      libraryName: "Thư viện Huế",
      province: "46",
      recordId: anId,
      controlNumber: "000123",
      items: 2,
      available: 1,
    },
  ]);
  assert.deepEqual(searched, {
    query: "so do",
    size: 5,
    after: "",
    sort: "newest",
    withoutFacets: false,
    facets: [
      { name: "library", values: [hue] },
      { name: "language", values: ["vie", "eng"] },
    ],
  });
});

test("a question that is not usable is told by field", async () => {
  const cases: [string, string][] = [
    ["/api/v1/titles?size=51", "query.size"],
    ["/api/v1/titles?size=many", "query.size"],
    ["/api/v1/titles?colour=red", "query"],
    ["/api/v1/titles?library=%00", "query.library.0"],
    ["/api/v1/libraries/a%20b", "path.code"],
    ["/api/v1/libraries/VN-000001P?on=yesterday", "query.on"],
  ];
  for (const [url, field] of cases) {
    const answer = await get(url);
    assert.equal(answer.statusCode, 400, url);
    assert.equal(answer.json().fields[0].field, field, url);
  }
});

test("a title's earlier id leads to the title, and an unknown one nowhere", async () => {
  assert.equal((await get(`/api/v1/titles/${anId}`)).json().title, "Số đỏ");
  const moved = await get("/api/v1/titles/earlier");
  assert.equal(moved.statusCode, 308);
  assert.equal(moved.headers.location, `/api/v1/titles/${anId}`);
  const gone = await get("/api/v1/titles/gone");
  assert.equal(gone.statusCode, 404);
  assert.equal(gone.json().code, "catalogue.get-title/title-unknown");
});

test("a desk lends, once however often the same request comes", async () => {
  const before = lent;
  const key = { "idempotency-key": randomUUID() };
  const body = { cardNumber: "C1", barcode: "H000123" };
  const answers = [];
  for (let n = 0; n < 3; n += 1) answers.push(await post("/api/v1/check-outs", deskAt(hue), body, key));
  for (const answer of answers) assert.equal(answer.statusCode, 201);
  const [first, ...again] = answers.map((answer) => answer.json());
  for (const one of again) assert.deepEqual(one, first);
  assert.equal(first.dueAt, "2026-03-22T23:59:59.000+07:00");
  assert.equal(first.library, hue);
  assert.ok(!("personId" in first), "who borrowed is not repeated");
  assert.equal(lent, before + 1);
  const other = await post("/api/v1/check-outs", deskAt(hue), { ...body, barcode: "H9" }, key);
  assert.equal(other.statusCode, 409);
  assert.equal(other.json().code, "frame/request-id-reused");
});

test("a rule that refuses is a problem with the rule's code", async () => {
  const answer = await post("/api/v1/check-outs", deskAt(hue), { cardNumber: "C1", barcode: "TAKEN" });
  assert.equal(answer.statusCode, 409);
  assert.deepEqual(answer.json(), {
    type: "urn:lienthong:problem:circulation.check-out/item-on-loan",
    title: "A rule refuses this",
    status: 409,
    code: "circulation.check-out/item-on-loan",
    details: { dueAt: "soon" },
  });
});

test("several items with one barcode are shown to choose from, and nothing is done", async () => {
  const answer = await post("/api/v1/check-outs", deskAt(hue), { cardNumber: "C1", barcode: "TWICE" });
  assert.equal(answer.statusCode, 300);
  assert.equal(answer.json().items[0].id, anId);
  const both = await post("/api/v1/check-outs", deskAt(hue), { cardNumber: "C1", barcode: "B", itemId: anId });
  assert.equal(both.statusCode, 400);
});

test("states are words", async () => {
  const answer = await post("/api/v1/check-ins", deskAt(hue), { barcode: "H000123" });
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.json().step, "hold-shelf");
});

test("only who has the role at that library gets in", async () => {
  const reader = { personId: anId };
  const twoDesks = { account: "lan", roles: [`librarian.desk@${hue}`, `librarian.desk@${hanoi}`] };
  const scan = { cardNumber: "C1", barcode: "B1" };
  const cases: [string, () => Promise<{ statusCode: number }>, number][] = [
    ["a reader lends", () => post("/api/v1/check-outs", reader, scan), 403],
    ["a token of nobody's realm", () => get("/api/v1/me/account", undefined, { authorization: "Bearer a.b.c" }), 401],
    ["a reader looks at their account", () => get("/api/v1/me/account", reader), 200],
    ["a desk reads its pick list", () => get(`/api/v1/libraries/${hue}/pick-list`, deskAt(hue)), 200],
    ["by its library's code from outside", () => get("/api/v1/libraries/CC460000/pick-list", deskAt(hue)), 200],
    ["a foreign library's pick list", () => get(`/api/v1/libraries/${hanoi}/pick-list`, deskAt(hue)), 403],
    ["a library that nobody knows", () => get("/api/v1/libraries/XX1/pick-list", deskAt(hue)), 404],
    ["two desks, none named", () => post("/api/v1/check-outs", twoDesks, scan), 403],
    ["two desks, one named", () => post("/api/v1/check-outs", twoDesks, scan, { library: "CC460000" }), 201],
    [
      "a library named where one has no role",
      () => post("/api/v1/check-outs", deskAt(hanoi), scan, { library: hue }),
      403,
    ],
    ["a named library that nobody knows", () => post("/api/v1/check-outs", twoDesks, scan, { library: "XX1" }), 400],
  ];
  for (const [what, ask, status] of cases) assert.equal((await ask()).statusCode, status, what);
});

test("a code from outside is asked for once a minute, an unknown one each time", async () => {
  await get("/api/v1/titles?library=CC460000");
  const before = librariesAsked;
  for (let n = 0; n < 5; n += 1) await get("/api/v1/titles?library=CC460000");
  assert.equal(librariesAsked, before);
  assert.equal((await get("/api/v1/titles?library=XX1")).statusCode, 404);
  assert.equal((await get("/api/v1/titles?library=XX1")).statusCode, 404);
  assert.equal(librariesAsked, before + 2);
});

test("a library is found by either of its codes", async () => {
  for (const code of [hue, "CC460000"]) {
    const library = (await get(`/api/v1/libraries/${code}`)).json();
    assert.deepEqual([library.code, library.kind, library.level], [hue, "public", "province"]);
  }
  assert.equal((await get("/api/v1/libraries/VN-7K2M4QW")).statusCode, 404);
});

test("a manager's export comes line by line, page after page, and goes on where it broke off", async () => {
  const manager = { account: "minh", roles: [`librarian.manager@${hue}`] };
  const url = "/api/v1/exports/title-mapping?library=CC460000";
  assert.equal((await get(url, deskAt(hue))).statusCode, 403);
  pagesAsked = 0;
  const answer = await get(url, manager);
  assert.equal(answer.headers["content-type"], "application/x-ndjson");
  const exported = answer.body
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual([exported.length, pagesAsked], [2_500, 4]);
  assert.deepEqual(exported[7], { library: hue, controlNumber: "7", recordId: "000007", titleId: anId });
  const rest = await get(`${url}&after=002497`, manager);
  assert.equal(rest.body.trimEnd().split("\n").length, 2);
});

test("a body that is too large, of another kind or broken is refused by name", async () => {
  const scan = { cardNumber: "C1", barcode: "B1" };
  const authorization = `Bearer ${await door.token(deskAt(hue))}`;
  const send = (payload: string, kind: string) =>
    door.app.inject({
      method: "POST",
      url: "/api/v1/check-outs",
      headers: { authorization, "idempotency-key": randomUUID(), "content-type": kind },
      payload,
    });
  const cases: [string, string, number, string][] = [
    [JSON.stringify({ ...scan, cardNumber: "1".repeat(1_100_000) }), "application/json", 413, "frame/too-large"],
    [JSON.stringify(scan), "text/plain", 415, "frame/media-type"],
    ['{"cardNumber":', "application/json", 400, "frame/bad-input"],
    ['{"__proto__": {"x": 1}}', "application/json", 400, "frame/bad-input"],
  ];
  for (const [payload, kind, status, code] of cases) {
    const answer = await send(payload, kind);
    assert.deepEqual([answer.statusCode, answer.json().code], [status, code], kind);
  }
});
