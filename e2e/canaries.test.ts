import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { checkInvariants } from "../deploy/invariants/check.ts";
import type { Where } from "../deploy/invariants/evidence.ts";
import { whereAt } from "../deploy/invariants/where.ts";
import { openDoors } from "../deploy/sample-world/doors.ts";
import { sampleLibraries } from "../deploy/sample-world/libraries.ts";
import { openAccount, registerReader } from "../deploy/sample-world/register.ts";
import { services } from "../deploy/services.ts";
import { openApi } from "./api.ts";
import { asAReader } from "./as-a-reader.ts";
import { atTheDesk } from "./at-the-desk.ts";
import { openBrowser, openScreen } from "./browser.ts";
import type { Look } from "./look.ts";
import { bringHome } from "./set-the-stage.ts";
import { signInTo } from "./sign-in.ts";
import { surroundingsOfTests, told } from "./surroundings.ts";

const readers = process.env.FAULT_COUNTS === "full" ? 50 : 4;
const quietly: Look = () => Promise.resolve();
const [hanoi] = sampleLibraries;
assert.ok(hanoi);
const book = { words: "bi vo", title: "Bỉ vỏ" };

/** A reader whose name and card nobody can guess. */
function aCanary() {
  const word = () =>
    `${"QXZJWK"[Math.floor(Math.random() * 6)]}${randomBytes(5).toString("hex").replaceAll(/\d/g, "ư")}`;
  return { name: `${word()} ${word()}`, card: `CNR${randomBytes(6).toString("hex").toUpperCase()}` };
}

test("I5: what names a reader is in identity's database and nowhere else, whatever they did", async (t) => {
  const surroundings = await surroundingsOfTests();
  const { portalUrl, password } = surroundings;
  const addressOf = (name: string) => told(`${name.toUpperCase()}_ADDRESS`);
  const doors = openDoors({
    ...surroundings,
    services: {
      identity: addressOf("identity"),
      catalogue: addressOf("catalogue"),
      circulation: addressOf("circulation"),
    },
  });
  const folder = await mkdtemp(join(tmpdir(), "lienthong-canaries-"));
  const browser = await openBrowser();
  t.after(async () => {
    doors.close();
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  const canaries = Array.from({ length: readers }, aCanary);
  const values = canaries.flatMap(({ name, card }) => [name, card]);
  const [first] = canaries;
  assert.ok(first);
  const username = `canary.${randomBytes(4).toString("hex")}`;
  for (const { name, card } of canaries) {
    const personId = await registerReader(doors, hanoi.code, { name, card, birth: "1991-07-09", pin: "4711" });
    assert.ok(personId);
    const { identity, circulation } = await doors.as("sample-desk", hanoi.code);
    await identity.getNames({ personIds: [personId] });
    await circulation.patronAccount({ personId });
    await fetch(`${surroundings.gatewayUrl}/api/v1/titles?q=${encodeURIComponent(name)}`);
    await fetch(`${portalUrl}/tim?q=${encodeURIComponent(card)}`);
    if (name === first.name) await openAccount(doors, personId, { username, name }, password);
  }

  // One of them comes the whole way: signs in, asks for a book, collects it at the desk and brings it back.
  const api = openApi(surroundings);
  await bringHome(api, book);
  const phone = await (await openScreen(browser, 360)).newPage();
  const desk = await (await openScreen(browser, 1280)).newPage();
  const her = asAReader(phone, portalUrl, quietly);
  await her.open((await her.find(book.words, book.title)).first());
  await her.hold({ typed: "ha dong", name: "Cơ sở Hà Đông" }, { username, password });
  await signInTo(desk, `${portalUrl}/quay/lay-sach`, hanoi.librarian.username, password);
  const atDesk = atTheDesk(desk, portalUrl, quietly);
  const barcode = await atDesk.toPick(book.title);
  await atDesk.pick(barcode, "Cơ sở Hà Đông");
  await her.cancelHold(book.title);
  await bringHome(api, book);
  await atDesk.lend(first.card, barcode);
  await bringHome(api, book);
  for (const { card } of canaries) {
    const { circulation } = await doors.as("sample-desk", hanoi.code);
    const lent = answered(await circulation.checkOut({ cardNumber: card, barcode, itemId: "" }, { requestId: card }));
    assert(!isRefusal(lent), JSON.stringify(lent));
    await circulation.checkIn({ barcode, itemId: "", branchId: "" }, { requestId: `${card}-back` });
  }

  const where = await platformWhere();
  const found = async (only: Where = where) =>
    (await checkInvariants(only, { only: ["I5"], canaries: values }))[0]?.first;
  assert.deepEqual(await found(), []);

  const file = join(folder, "planted.log");
  await writeFile(file, "nothing to be seen here\n".repeat(100_000));
  await appendFile(file, `{"msg":"somebody came","name":${JSON.stringify(first.name)}}\n`);
  const withFile = { ...where, traces: { files: [folder], pages: [] } };
  assert.deepEqual(await found(withFile), [`${file}:canary-1`]);
});

async function platformWhere(): Promise<Where> {
  const at = { postgresUrl: told("POSTGRES_URL"), natsUrl: told("NATS_URL"), openSearchUrl: told("OPENSEARCH_URL") };
  return {
    ...(await whereAt(at, told("SECRETS_FOLDER"))),
    traces: {
      files: [told("LOG_FOLDER"), told("SPANS_FILE")],
      pages: services.map(({ name }) => `${told(`${name.toUpperCase()}_INNER_URL`)}/metrics`),
    },
  };
}
