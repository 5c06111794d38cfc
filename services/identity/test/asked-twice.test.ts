import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CardState } from "@lienthong/proto/identity/v1/library.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { answered } from "@lienthong/rpc/refusal.ts";
import { anIdentity, aReader, aRegistration, type Identity, orThrow, type TestLibrary } from "./library.ts";
import { aSignInRealm, type SignInRealm } from "./sign-in-realm.ts";

let server: SignInRealm;
let service: Identity;
let hue: TestLibrary;
before(async () => {
  server = await aSignInRealm();
  service = await anIdentity({ realm: server.realm, adminSecret: server.adminSecret, realmName: server.name });
  hue = await service.aLibrary();
});
after(async () => {
  await service.stop();
  server.realm.close();
  await server.drop();
});

type Call = (client: Clients["identity"], context: { requestId: string }) => Promise<unknown>;

test("every command that is sent again does nothing twice and gives its first answer", async () => {
  const [card, attached] = [await hue.aPatron(), await hue.aPatron({ pin: "1357" })];
  const subject = await server.aRegistration("Người Mới");
  const account = await service.as({ account: subject, loa: 0 });
  const { person } = await account.signIn({});
  const me = await service.as({ account: subject, personId: person?.id ?? "", loa: 0 });
  const [agency, manager, desk] = [await service.ministry(), await hue.manager(), await hue.desk()];
  const other = await service.as({ account: await server.aRegistration("Người Khác"), loa: 0 });
  const grant = {
    personId: card.personId,
    role: "librarian.desk",
    libraryId: hue.id,
    client: "",
    from: undefined,
    until: undefined,
  };
  const role = orThrow(answered(await agency.grantRole({ ...grant, role: "librarian.digital" })));
  const fact = { libraryId: hue.id, attribute: "address", value: "29A Lê Quý Đôn", from: "2020-01-01", source: "QĐ" };
  const branch = { name: "An Cựu", province: "46", commune: "", address: "", pickup: false };
  const cases: Record<string, [Clients["identity"], Call]> = {
    registerLibrary: [agency, (to, context) => to.registerLibrary(aRegistration, context)],
    changeLibraryFact: [agency, (to, context) => to.changeLibraryFact(fact, context)],
    addBranch: [manager, (to, context) => to.addBranch({ libraryId: hue.id, branch }, context)],
    registerPatron: [desk, repeated(aReader(), (to, ask, context) => to.registerPatron(ask, context))],
    setCardState: [desk, (to, context) => to.setCardState({ cardId: card.id, state: CardState.BLOCKED }, context)],
    verifyPin: [
      desk,
      (to, context) => to.verifyPin({ libraryId: "", cardNumber: attached.number, pin: "0000" }, context),
    ],
    attachCard: [
      me,
      (to, context) => to.attachCard({ libraryId: hue.id, cardNumber: attached.number, pin: "1357" }, context),
    ],
    signIn: [other, (to, context) => to.signIn({}, context)],
    makeAccount: [
      manager,
      (to, context) =>
        to.makeAccount(
          { personId: "", fullName: "Thủ Thư", username: "hai-lan", password: "mật khẩu thật dài" },
          context,
        ),
    ],
    grantRole: [manager, (to, context) => to.grantRole(grant, context)],
    withdrawRole: [manager, (to, context) => to.withdrawRole({ roleId: role.id }, context)],
  };
  for (const [name, [client, call]] of Object.entries(cases)) {
    const context = { requestId: `asked-twice-${name}` };
    const [first, atOnce] = await Promise.all([call(client, context), call(client, context)]);
    const events = (await service.announced()).length;
    assert.deepEqual(atOnce, first, `${name} at once`);
    assert.deepEqual(await call(client, context), first, `${name} again`);
    assert.equal((await service.announced()).length, events, `${name} told once`);
  }
});

const repeated =
  <Ask>(
    ask: Ask,
    call: (to: Clients["identity"], ask: Ask, context: { requestId: string }) => Promise<unknown>,
  ): Call =>
  (to, context) =>
    call(to, ask, context);
