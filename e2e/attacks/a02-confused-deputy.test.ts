import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answered } from "@lienthong/rpc/refusal.ts";
import { secretOf, signedInAtPortal, tokenOf, visit } from "./people.ts";
import { callsOf, closeChannels, gateway, outcomeOf, realmUrl } from "./platform.ts";
import { hanoi, hue, sure, type Things, theThings } from "./stage.ts";
import { clientToken } from "../../deploy/sample-world/client-token.ts";
import { sampleLibraries } from "../../deploy/sample-world/libraries.ts";

let things: Things;
before(async () => {
  things = await theThings();
});
after(closeChannels);

const danang = sampleLibraries[2]!;

test("A2: whoever names a library where no role of the token is acts for none, at every service and at the gateway", async () => {
  const token = await tokenOf(hue.librarian.username);
  // Spelt so that a careless comparison would let one of them pass.
  const forged = [
    hanoi.code,
    hanoi.code.toLowerCase(),
    `${hue.code},${hanoi.code}`,
    `${hue.code} ${hanoi.code}`,
    "*",
    "%",
  ];
  for (const libraryId of forged) {
    const at = { token, libraryId };
    const asked = [
      callsOf("circulation", at).pickList({ libraryId: "", after: "" }),
      callsOf("circulation", at).patronAccount({ personId: things.personId }),
      callsOf("catalogue", at).listImports({ before: "" }),
      callsOf("identity", at).getNames({ personIds: [things.otherPersonId] }),
    ];
    assert.deepEqual(new Set(await Promise.all(asked.map(outcomeOf))), new Set(["not-allowed"]), libraryId);
  }
  const pickList = `/api/v1/libraries/${hanoi.code}/pick-list`;
  assert.equal((await gateway(pickList, token, { headers: { library: hue.code } })).status, 403);
  assert.equal(
    (await gateway(`/api/v1/imports/${things.importId}`, token, { headers: { library: hanoi.code } })).status,
    403,
  );
});

test("A2: a call that one service makes of another is made as the caller: what it leaves behind is of the caller's library", async () => {
  // Circulation asks identity whose card it is, with the librarian's own token: the reader becomes a guest there alone.
  const stranger = danang.readers[1]!;
  const atHome = callsOf("identity", { token: await tokenOf("sample-desk"), libraryId: danang.code });
  const { personId } = sure(answered(await atHome.resolveCard({ cardNumber: stranger.card })));
  const namesAt = async (libraryId: string, who: string) =>
    (await callsOf("identity", { token: await tokenOf(who), libraryId }).getNames({ personIds: [personId] })).names;

  const desk = callsOf("circulation", { token: await tokenOf(hue.librarian.username), libraryId: hue.code });
  const asked = { cardNumber: stranger.card, barcode: "không có", itemId: "", branchId: undefined };
  assert.ok("refused" in answered(await desk.checkOut(asked)));
  assert.deepEqual(await namesAt(hue.code, hue.librarian.username), [{ personId, fullName: stranger.name }]);
  assert.deepEqual(await namesAt(hanoi.code, hanoi.librarian.username), [], "a third library learns nothing by it");
});

test("A2: a service's own account at the sign-in server is nobody's deputy", async () => {
  const token = await clientToken(realmUrl(), "identity", await secretOf("identity"));
  for (const libraryId of [undefined, hanoi.code]) {
    const at = { token, libraryId };
    const asked = [
      callsOf("circulation", at).pickList({ libraryId: "", after: "" }),
      callsOf("circulation", at).myAccount({}),
      callsOf("circulation", at).renew({ loanId: things.loanId }),
      callsOf("catalogue", at).getImport({ id: things.importId }),
      callsOf("identity", at).resolveCard({ cardNumber: things.cardNumber }),
      callsOf("identity", at).listRoles({ libraryId: hanoi.code, after: "" }),
    ];
    assert.deepEqual(new Set(await Promise.all(asked.map(outcomeOf))), new Set(["not-allowed"]));
  }
});

test("A2: the portal lets nobody choose a library where they have no role", async () => {
  const cookies = await signedInAtPortal(hue.librarian.username);
  const body = new URLSearchParams({ "thu-vien": hanoi.code, ve: "/quay/lay-sach" });
  await visit(cookies, "/noi-lam-viec", { method: "POST", body });
  const page = await (await visit(cookies, "/quay/lay-sach")).text();
  assert.ok(page.includes(hue.name));
  assert.ok(!page.includes(hanoi.name));
});

test("A2: a program with a role at several libraries acts for the one it names, and sees that one's rows", async () => {
  const token = await tokenOf("sample-cataloguer");
  const importsOf = async (libraryId: string) =>
    (await callsOf("catalogue", { token, libraryId }).listImports({ before: "" })).imports;
  for (const libraryId of [hanoi.code, hue.code]) {
    const imports = await importsOf(libraryId);
    assert.ok(imports.length > 0);
    assert.deepEqual([...new Set(imports.map((one) => one.libraryId))], [libraryId]);
  }
  const none = callsOf("catalogue", { token }).listImports({ before: "" });
  assert.equal(await outcomeOf(none), "not-allowed", "of several libraries none is chosen for it");
});
