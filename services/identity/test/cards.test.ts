import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { republish } from "@lienthong/bus/republish.ts";
import { all, run, sql } from "@lienthong/database/transaction.ts";
import { CardChanged } from "@lienthong/proto/identity/v1/events.ts";
import { CardState, PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { answered } from "@lienthong/rpc/refusal.ts";
import { asService } from "@lienthong/testing/running-service.ts";
import { identity } from "../service.ts";
import { anIdentity, aReader, type Identity, inWords, orThrow, type TestLibrary } from "./library.ts";
import { hashPin, isPin } from "../cards/pin.ts";

let service: Identity;
let hue: TestLibrary;
let hanoi: TestLibrary;
before(async () => {
  service = await anIdentity();
  hue = await service.aLibrary();
  hanoi = await service.aLibrary({ name: "Thư viện Hà Nội", province: "01" });
});
after(() => service.stop());

const told = async (id: string) =>
  (await service.announced()).filter((event) => event.aggregate === id).map(({ event }) => event as CardChanged);

test("a card without a PIN is proven by no PIN", async () => {
  assert.equal(await isPin("0000", await hashPin("")), false);
  assert.equal(await isPin("", await hashPin("")), false);
});

test("a reader seen at a desk gets a card; the others learn neither name nor number", async () => {
  const reader = aReader();
  const desk = await hue.desk();
  const card = orThrow(answered(await desk.registerPatron(reader)));
  assert.equal(card.number, reader.cardNumber);
  const [event] = await told(card.id);
  assert.deepEqual(event, {
    id: card.id,
    version: event?.version,
    libraryId: hue.id,
    personId: card.personId,
    category: PatronCategory.ADULT,
    state: CardState.ACTIVE,
    loa: 2,
  });
});

test("two desks that give out one number at once make one card and one person", async () => {
  const desk = await hue.desk();
  const reader = { ...aReader(), fullName: "Hồ Một Người" };
  const answers = await Promise.all([desk.registerPatron(reader), desk.registerPatron(reader)]);
  assert.deepEqual(answers.map(inWords).sort(), ["card", "card-number-taken"]);
  const people = await service.database.transact(asService(identity), (tx) =>
    all(tx, sql`select from person where full_name = 'Hồ Một Người'`),
  );
  assert.equal(people.length, 1);
});

test("the same registration sent again gives the same card; its PIN is nowhere to be read", async () => {
  const desk = await hue.desk();
  const reader = { ...aReader(), pin: "73918264" };
  const requestId = "register-patron-01";
  const first = await desk.registerPatron(reader, { requestId });
  assert.deepEqual(await desk.registerPatron(reader, { requestId }), first);
  await assert.rejects(desk.registerPatron({ ...reader, pin: "0000" }, { requestId }), { kind: "request-id-reused" });
  const { rows } = await service.database.frame.query(
    "select * from first_answer where position('73918264'::bytea in answer) > 0 or request_id = $1",
    [requestId],
  );
  assert.deepEqual(rows, []);
});

test("what a desk types wrongly is named field by field", async () => {
  const desk = await hue.desk();
  const cases: [Partial<ReturnType<typeof aReader>>, string][] = [
    [{ fullName: "  " }, "fullName"],
    [{ birthDate: "5/3/1990" }, "birthDate"],
    [{ birthDate: "2999-01-01" }, "birthDate"],
    [{ category: PatronCategory.UNSPECIFIED }, "category"],
    [{ cardNumber: " " }, "cardNumber"],
    [{ pin: "123" }, "pin"],
    [{ pin: "12a4" }, "pin"],
    [{ paperSeen: "079090001234" }, "paperSeen"],
  ];
  for (const [bent, field] of cases) {
    await assert.rejects(desk.registerPatron({ ...aReader(), ...bent }), (error) => {
      assert(error instanceof CallFault);
      assert.deepEqual(
        error.fields.map((problem) => problem.field),
        [field],
      );
      return true;
    });
  }
});

test("a card is found at every library; its own library's comes first", async () => {
  const [lan, minh] = [await hue.aPatron({ cardNumber: "chung 01" }), await hanoi.aPatron({ cardNumber: "CHUNG01" })];
  const only = await hanoi.aPatron();
  const [atHue, elsewhere] = [await hue.desk(), await (await service.aLibrary()).desk()];
  const resolve = async (desk: typeof atHue, cardNumber: string) => desk.resolveCard({ cardNumber });
  assert.equal(orThrow(answered(await resolve(atHue, " chung01"))).personId, lan.personId);
  assert.equal(orThrow(answered(await resolve(await hanoi.desk(), "CHUNG01"))).personId, minh.personId);
  const guest = orThrow(answered(await resolve(atHue, only.number)));
  assert.deepEqual([guest.personId, guest.libraryId, guest.loa], [only.personId, hanoi.id, 2]);
  const ambiguous = await resolve(elsewhere, "CHUNG01");
  assert.equal(inWords(ambiguous), "card-ambiguous");
  assert.equal(inWords(await resolve(atHue, "KHÔNG-CÓ")), "card-unknown");
  assert.equal(
    inWords(await resolve(atHue, only.number.slice(0, -1))),
    "card-unknown",
    "no part of a number finds a card",
  );
});

test("a blocked card can be used again, a void one never; each change is told once", async () => {
  const card = await hue.aPatron();
  const desk = await hue.desk();
  const set = (state: CardState) => desk.setCardState({ cardId: card.id, state });
  const scanned = async () => inWords(await desk.resolveCard({ cardNumber: card.number }));
  assert.equal(inWords(await set(CardState.BLOCKED)), "card");
  assert.equal(await scanned(), "card-blocked");
  await set(CardState.BLOCKED);
  await set(CardState.ACTIVE);
  assert.equal(await scanned(), "holder");
  await set(CardState.VOID);
  assert.equal(await scanned(), "card-void");
  assert.equal(inWords(await set(CardState.ACTIVE)), "card-void");
  const events = await told(card.id);
  assert.deepEqual(
    events.map(({ state }) => state),
    [CardState.ACTIVE, CardState.BLOCKED, CardState.ACTIVE, CardState.VOID],
  );
  assert.deepEqual(
    events.map(({ version }) => version - (events[0]?.version ?? 0n)),
    [0n, 1n, 2n, 3n],
  );
});

test("two desks that block a card at once change it once", async () => {
  const card = await hue.aPatron();
  const desk = await hue.desk();
  const block = () => desk.setCardState({ cardId: card.id, state: CardState.BLOCKED });
  assert.deepEqual((await Promise.all([block(), block()])).map(inWords), ["card", "card"]);
  assert.equal((await told(card.id)).length, 2);
});

test("to a desk of another library a card looks as if it were not there", async () => {
  const card = await hue.aPatron();
  const foreign = await hanoi.desk();
  await assert.rejects(foreign.setCardState({ cardId: card.id, state: CardState.BLOCKED }), { kind: "not-found" });
  await assert.rejects(foreign.verifyPin({ libraryId: hue.id, cardNumber: card.number, pin: "4711" }), {
    kind: "not-found",
  });
  assert.equal(
    inWords(await foreign.verifyPin({ libraryId: "", cardNumber: card.number, pin: "4711" })),
    "card-unknown",
  );
});

test("after five wrong PINs no guess counts, not even the right one, until the wait is over", async () => {
  const card = await hue.aPatron();
  const desk = await hue.desk();
  const guess = async (pin: string) =>
    inWords(await desk.verifyPin({ libraryId: hue.id, cardNumber: card.number, pin }));
  assert.equal(await guess("4711"), "holder");
  for (const pin of ["0000", "1111", "2222", "3333"]) assert.equal(await guess(pin), "pin-wrong");
  assert.equal(await guess("4444"), "pin-wait");
  assert.equal(await guess("4711"), "pin-wait");
  await waitIsOver(card.id);
  assert.equal(await guess("4711"), "holder");
  assert.equal(await guess("0000"), "pin-wrong", "after a right one five tries are free again");
});

test("of many guesses at once five count", async () => {
  const card = await hue.aPatron();
  const desk = await hue.desk();
  const guesses = Array.from({ length: 12 }, (_, at) =>
    desk.verifyPin({ libraryId: hue.id, cardNumber: card.number, pin: String(1000 + at) }),
  );
  const answers = (await Promise.all(guesses)).map(inWords);
  assert.equal(answers.filter((answer) => answer === "pin-wrong").length, 4);
  assert.equal(answers.filter((answer) => answer === "pin-wait").length, 8);
  const [kept] = await service.database.transact(asService(identity), (tx) =>
    all<{ wrong: number }>(tx, sql`select wrong_pins as wrong from card where id = ${card.id}`),
  );
  assert.equal(kept?.wrong, 5);
});

test("cards can be told again as they are", async () => {
  const card = await hue.aPatron();
  await republish(service.database, "identity", identity.retells, { libraryId: hue.id });
  const [first, again] = await told(card.id);
  assert.deepEqual(again, first);
});

const waitIsOver = (cardId: string) =>
  service.database.transact(asService(identity), (tx) =>
    run(tx, sql`update card set pin_wait_until = now() - interval '1 second' where id = ${cardId}`),
  );
