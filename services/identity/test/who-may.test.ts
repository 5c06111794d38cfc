import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { IdentityServiceService } from "@lienthong/proto/identity/v1/service.ts";
import { everyone, expectedOf, type Who, whoMay } from "@lienthong/testing/who-may.ts";
import { permissions } from "../permissions.ts";
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

const anybody = "0190d1c0-0000-7000-8000-000000000001";
const staff: readonly Who[] = ["desk", "cataloguer", "manager", "ministry", "ops", "stranger"];
const allowed: Record<keyof typeof permissions, readonly Who[]> = {
  registerLibrary: ["ministry"],
  changeLibraryFact: ["ministry"],
  getLibrary: everyone,
  listLibraries: everyone,
  addBranch: ["manager", "ministry"],
  registerPatron: ["desk", "program"],
  setCardState: ["desk", "program"],
  resolveCard: ["desk", "program"],
  verifyPin: ["desk", "program"],
  getNames: ["desk", "program", "manager"],
  signIn: ["account", "person", ...staff],
  attachCard: ["person", ...staff],
  makeAccount: ["manager", "ministry"],
  grantRole: ["manager", "ministry"],
  withdrawRole: ["manager", "ministry"],
  listRoles: ["manager", "ministry"],
};

test("every call lets in those whom the table names, and nobody else", async () => {
  assert.deepEqual(Object.keys(allowed).sort(), Object.keys(IdentityServiceService).sort());
  // An account that is nobody's person yet is made one by asking the sign-in server, which this test has none of.
  const leaveOut = (call: string, who: Who) => call === "signIn" && allowed.signIn.includes(who);
  const expected = expectedOf(allowed);
  for (const who of allowed.signIn) delete expected.signIn[who];
  assert.deepEqual(await whoMay(service, IdentityServiceService, permissions, hue.id, leaveOut), expected);
});

test("a library named in a call must be the one that staff act for", async () => {
  const manager = await hue.manager();
  const branch = { name: "x", province: "46", commune: "", address: "", pickup: false };
  const desk = await hue.desk();
  const foreign: [string, Promise<unknown>][] = [
    ["addBranch", manager.addBranch({ libraryId: hanoi.id, branch })],
    [
      "grantRole",
      manager.grantRole({
        personId: anybody,
        role: "librarian.desk",
        libraryId: hanoi.id,
        client: "",
        from: undefined,
        until: undefined,
      }),
    ],
    ["listRoles", manager.listRoles({ libraryId: hanoi.id, after: "" })],
    ["verifyPin", desk.verifyPin({ libraryId: hanoi.id, cardNumber: "TV1", pin: "1234" })],
  ];
  for (const [call, asked] of foreign) await assert.rejects(asked, { kind: "not-found" }, call);
});
