import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { RenewRequest, RenewResponse } from "@lienthong/proto/circulation/v1/service.ts";
import type { Policy } from "@lienthong/proto/circulation/v1/service.ts";
import { signedInAtPortal, tokenOf, visit } from "./people.ts";
import { addressOf, callsOf, closeChannels, gateway, outcomeOf } from "./platform.ts";
import { hanoi, hue, readerOf, type Things, theThings } from "./stage.ts";

let things: Things;
before(async () => {
  things = await theThings();
});
after(closeChannels);

/** What somebody would like to say of themselves or of their loan. */
const wishes = {
  role: "librarian.manager",
  roles: ["ops"],
  libraryId: hue.code,
  library_id: hue.code,
  personId: "0190d1c0-0000-7000-8000-000000000001",
  balance: 0,
  status: "returned",
  state: "READY",
  version: "99999999999999",
  event_id: "0190d1c0-0000-7000-8000-000000000001",
  renewals: -100,
  dueAt: "2099-01-01T00:00:00Z",
};

const polluting = [
  `"__proto__":{"roles":["ops"],"polluted":true}`,
  `"constructor":{"prototype":{"polluted":true}}`,
  `"__proto__":null`,
];

const mine = async () => callsOf("circulation", { token: await tokenOf(readerOf(0).username) });
const myLoan = async () => {
  const loan = (await (await mine()).myAccount({})).loans.find(({ id }) => id === things.loanId);
  assert.ok(loan);
  return loan;
};

test("A4: the gateway refuses every field that a door does not name, and nothing changes", async () => {
  const before = await myLoan();
  const token = await tokenOf(readerOf(0).username);
  const post = (path: string, body: string) =>
    gateway(path, token, { method: "POST", headers: { "content-type": "application/json" }, body });
  const hold = { titleId: things.titleId, pickupBranchId: things.branchId };
  for (const [name, value] of Object.entries(wishes)) {
    for (const [path, body] of [
      ["/api/v1/renewals", { loanId: things.loanId }],
      ["/api/v1/holds", hold],
    ] as const) {
      const answer = await post(path, JSON.stringify({ ...body, [name]: value }));
      assert.ok([400, 404].includes(answer.status), `${path} with ${name}: ${answer.status}`);
    }
    const asked = await gateway(`/api/v1/titles?q=a&${name}=${encodeURIComponent(String(value))}`, token);
    assert.ok([400].includes(asked.status), `search with ${name}: ${asked.status}`);
  }
  for (const bad of polluting) {
    const answer = await post("/api/v1/holds", `{${JSON.stringify(hold).slice(1, -1)},${bad}}`);
    assert.equal(answer.status, 400, bad);
  }
  for (const query of ["__proto__[polluted]=1", "constructor[prototype][polluted]=1", "__proto__=1"]) {
    const answer = await gateway(`/api/v1/titles?q=a&${query}`);
    assert.equal(answer.status, 400, query);
  }
  assert.deepEqual(await myLoan(), before);
});

test("A4: fields that a proto does not know are passed over, however they are called", async () => {
  // Numbers that the request does not have, among them those under which the reply says due date, library and person.
  const bytes = (ask: RenewRequest) => {
    const writer = RenewRequest.encode(ask);
    for (const number of [2, 5, 6, 7, 8, 11, 12, 50, 1_000])
      writer.uint32((number << 3) | 2).string(number === 11 ? hue.code : things.otherPersonId);
    for (const number of [60, 61]) writer.uint32(number << 3).uint64("18446744073709551615");
    return Buffer.from(writer.finish());
  };
  const channel = new Client(addressOf("circulation"), credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${await tokenOf(readerOf(0).username)}`);
  metadata.set("request-id", crypto.randomUUID());
  const before = await myLoan();
  const reply = await new Promise<RenewResponse>((resolve, reject) =>
    channel.makeUnaryRequest(
      "/lienthong.circulation.v1.CirculationService/Renew",
      bytes,
      (reply: Buffer) => RenewResponse.decode(reply),
      { loanId: things.loanId },
      metadata,
      { deadline: Date.now() + 10_000 },
      (error: ServiceError | null, value?: RenewResponse) => (error ? reject(error) : resolve(value!)),
    ),
  );
  channel.close();
  // The honest part of it is done, or refused by its own rule; the loan stays whose and where it was.
  assert.ok(reply.outcome);
  const after = await myLoan();
  assert.deepEqual([after.libraryId, after.personId, after.lentAt], [before.libraryId, before.personId, before.lentAt]);
});

test("A4: a form of the portal takes what its page asks for, and nothing beside", async () => {
  const cookies = await signedInAtPortal(readerOf(0).username);
  const before = await myLoan();
  const page = await (await visit(cookies, "/sach-cua-toi")).text();
  const form = new RegExp(`action="([^"]*${things.loanId}[^"]*)"[^>]*>(.*?)</form>`, "s").exec(page);
  assert.ok(form, "the loan has a form");
  const hidden = [...(form[2] ?? "").matchAll(/name="([^"]+)" value="([^"]+)"/g)].map(([, name, value]) => [
    name,
    value,
  ]);
  const body = new URLSearchParams(hidden as string[][]);
  for (const [name, value] of Object.entries(wishes)) body.append(name, String(value));
  for (const name of ["__proto__", "constructor", "__proto__[polluted]"]) body.append(name, "1");
  const answer = await visit(cookies, form[1] ?? "", { method: "POST", body });
  assert.ok([303, 409].includes(answer.status), String(answer.status));
  const after = await myLoan();
  assert.deepEqual([after.libraryId, after.personId, after.lentAt], [before.libraryId, before.personId, before.lentAt]);
  assert.ok(after.renewals >= 0 && after.dueAt!.getFullYear() < 2099);
});

test("A4: a manager sets the rules of the own library, and no other's by naming it in them", async () => {
  const token = await tokenOf(hanoi.librarian.username);
  const { setPolicy, listPolicies } = callsOf("circulation", { token, libraryId: hanoi.code });
  const numbers = { loanLimit: 3, loanDays: 7, renewals: 1, holdLimit: 3, shelfDays: 3 };
  const policy: Policy = { libraryId: hanoi.code, category: "*", itemType: "phep-thu", forLoan: true, ...numbers };
  assert.equal(await outcomeOf(setPolicy({ policy: { ...policy, libraryId: hue.code } })), "not-found");
  assert.equal(await outcomeOf(setPolicy({ policy })), "let in");
  const set = (await listPolicies({ libraryId: "" })).policies.find(({ itemType }) => itemType === "phep-thu");
  assert.deepEqual(set, policy);
});
