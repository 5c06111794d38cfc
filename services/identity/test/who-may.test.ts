import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { IdentityServiceService } from "@lienthong/proto/identity/v1/service.ts";
import { clientOf, openChannel } from "@lienthong/rpc/client.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import type { Someone } from "@lienthong/testing/realm.ts";
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
const everyone = [
  "nobody",
  "account",
  "person",
  "desk",
  "cataloguer",
  "manager",
  "ministry",
  "ops",
  "program",
] as const;
type Who = (typeof everyone)[number];

const someone = (who: Exclude<Who, "nobody">): Someone =>
  ({
    account: {},
    person: { personId: anybody },
    desk: { personId: anybody, roles: [`librarian.desk@${hue.id}`] },
    cataloguer: { personId: anybody, roles: [`librarian.cataloguer@${hue.id}`] },
    manager: { personId: anybody, roles: [`librarian.manager@${hue.id}`] },
    ministry: { personId: anybody, roles: ["agency.ministry"] },
    ops: { personId: anybody, roles: ["ops"] },
    program: { client: "sample-desk", roles: [`librarian.desk@${hue.id}`] },
  })[who];

const staff: readonly Who[] = ["desk", "cataloguer", "manager", "ministry", "ops"];
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

/** What the frame says to an empty question: whether the caller was let in, whatever the room then makes of it. */
async function letIn(call: string, who: Who): Promise<string> {
  const channel = openChannel(service.address);
  const token = who === "nobody" ? {} : { token: await service.realm.token(someone(who)) };
  const client = clientOf(channel, IdentityServiceService, { ...token, requestId: `who-may-${call}-${who}` });
  const method = IdentityServiceService[call as keyof typeof IdentityServiceService];
  const empty = method.requestDeserialize(Buffer.alloc(0));
  try {
    await (client as unknown as Record<string, (ask: unknown) => Promise<unknown>>)[call]?.(empty);
    return "let in";
  } catch (error) {
    const kind = error instanceof CallFault ? error.kind : "fault";
    return kind === "bad-input" || kind === "not-found" ? "let in" : kind;
  } finally {
    channel.close();
  }
}

test("every call lets in those whom the table names, and nobody else", async () => {
  assert.deepEqual(Object.keys(allowed).sort(), Object.keys(IdentityServiceService).sort());
  for (const [call, whos] of Object.entries(allowed)) {
    for (const who of everyone) {
      // An account that is nobody's person yet is made one by asking the sign-in server, which this test has none of.
      if (call === "signIn" && whos.includes(who)) continue;
      const refused = who === "nobody" ? "no-token" : "not-allowed";
      assert.equal(await letIn(call, who), whos.includes(who) ? "let in" : refused, `${who}: ${call}`);
    }
  }
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
