import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { run, sql } from "@lienthong/database/transaction.ts";
import { CheckInStep, type Loan, type ScannedItem } from "@lienthong/proto/circulation/v1/service.ts";
import { requestField } from "../parts/form.tsx";
import { pages } from "../pages.ts";
import { portalActor } from "../session/sessions.ts";
import { aSite, type TestSite } from "./site.ts";

const hanoi = "VN-HANOI01";
const hue = "VN-HUE0002";
const item: ScannedItem = {
  id: "i1",
  libraryId: hanoi,
  barcode: "300",
  title: "Số đỏ",
  author: "Vũ Trọng Phụng",
  callNumber: "895.922",
};
const loan = (barcode: string): Loan => ({
  id: randomUUID(),
  title: `Cuốn ${barcode}`,
  author: "",
  barcode,
  lentAt: new Date(),
  dueAt: new Date("2026-12-08T16:59:59Z"),
  renewals: 0,
  renewalsLeft: 2,
  overdue: false,
  titleId: "t",
  libraryId: hanoi,
  personId: "p",
});
const refused = (code: string) => ({ outcome: { $case: "refused" as const, value: { code, details: {} } } });
const patron = randomUUID();

let site: TestSite;
let desk: string;
const lentTo: string[] = [];
before(async () => {
  site = await aSite(pages, {
    identity: {
      resolveCard: async ({ cardNumber }) =>
        cardNumber.startsWith("THE")
          ? {
              outcome: {
                $case: "holder",
                value: { personId: patron, cardId: "", libraryId: hanoi, category: "PATRON_CATEGORY_ADULT", loa: 2 },
              },
            }
          : refused("identity.resolve-card/card-unknown"),
      getNames: async ({ personIds }) => ({
        names: personIds.map((personId) => ({ personId, fullName: "Trần Thị Bích" })),
      }),
    },
    circulation: {
      checkOut: async ({ cardNumber, barcode, itemId }) => {
        if (barcode === "two")
          return { outcome: { $case: "choice", value: { items: [item, { ...item, id: "i2", title: "Tắt đèn" }] } } };
        if (barcode === "closed") return refused("circulation.check-out/item-not-for-loan");
        if (barcode.startsWith("THE")) return refused("circulation.check-out/item-unknown");
        lentTo.push(`${cardNumber} ${barcode || itemId}`);
        return { outcome: { $case: "loan", value: loan(barcode || itemId) } };
      },
      checkIn: async ({ barcode }) => ({
        outcome: {
          $case: "checkedIn",
          value: {
            item: { ...item, barcode },
            step: barcode === "hold" ? CheckInStep.HOLD_SHELF : CheckInStep.SEND,
            toBranchId: "b",
            toBranchName: "Thư viện phường Thuận Hóa",
            toLibraryName: "Thư viện Huế",
            holdId: "",
            readyUntil: new Date("2026-11-26T16:59:59Z"),
            returned: true,
            daysLate: 2,
          },
        },
      }),
      patronAccount: async () => ({
        outcome: {
          $case: "account",
          value: { personId: patron, category: "ADULT", blocked: false, loanLimit: 5, loans: [], holds: [] },
        },
      }),
    },
  });
  const roles = [`librarian.desk@${hanoi}`, `librarian.desk@${hue}`];
  desk = await site.signedIn({ personId: randomUUID(), roles });
});
after(() => site.close());

const scan = (
  url: string,
  ma: string,
  { id = randomUUID(), fragment = "quay", who = desk, extra = {} }: Partial<Scan> = {},
) =>
  site.app.inject({
    method: "POST",
    url,
    cookies: { "__Host-lt": who },
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
      ...(fragment ? { "lt-fragment": fragment } : {}),
    },
    payload: new URLSearchParams({ [requestField]: id, ma, ...extra }).toString(),
  });
type Scan = { id: string; fragment: string; who: string; extra: Record<string, string> };

const turnFor = async (card: string, who = desk) => {
  const begun = await scan("/quay/muon/quet", card, { who });
  return String(begun.headers["lt-location"]).replace("/quay/muon", "/quay/muon/quet");
};
const rowsOf = (html: string) =>
  [...html.matchAll(/<tr[^>]*><th scope="row"><span class="work">(.*?)<\/span>/g)].map(([, title]) => title);

test("a card opens a turn, and every item scanned after it is lent to that reader", async () => {
  const turn = await turnFor("THE1");
  assert.match(turn, /^\/quay\/muon\/quet\?luot=[0-9a-f-]{36}$/);
  await scan(turn, "111");
  const second = await scan(turn, "222");
  assert.equal(second.statusCode, 200);
  assert.deepEqual(rowsOf(second.body), ["Cuốn 222", "Cuốn 111"]);
  assert.match(second.body, /Trần Thị Bích/);
  assert.deepEqual(lentTo.slice(-2), ["THE1 111", "THE1 222"]);
  assert.equal(decodeURIComponent(String(second.headers["lt-say"])), "Đã mượn: Cuốn 222, hạn 08/12/2026.");
});

test("who borrowed what stands in no address, and not readable in the database", async () => {
  const turn = await turnFor("THE-BI-MAT");
  assert.doesNotMatch(turn, /THE/);
  const lent = await scan(turn, "MA-BI-MAT");
  assert.deepEqual(rowsOf(lent.body), ["Cuốn MA-BI-MAT"]);
  const rows = await site.parts.database.transact(portalActor, async (tx) => [
    ...(await tx.client.query("select desk_turn::text as said from desk_turn")).rows,
    ...(await tx.client.query("select desk_answer::text as said from desk_answer")).rows,
  ]);
  assert.ok(rows.length > 1);
  for (const secret of ["BI-MAT", patron, "Cuốn", "lent"]) {
    // A column of bytes is told in hexadecimal digits, one of text as it is.
    const hex = Buffer.from(secret).toString("hex");
    assert.equal(
      rows.some(({ said }) => said.includes(secret) || said.includes(hex)),
      false,
      secret,
    );
  }
});

test("an answer that was moved to another turn is not shown there", async () => {
  const [from, to] = [await turnFor("THE1"), await turnFor("THE2")];
  await scan(from, "MOVED");
  const [fromId, toId] = [from, to].map((turn) => turn.split("luot=")[1]);
  const moved = await site.parts.database.transact(portalActor, (tx) =>
    run(tx, sql`update desk_answer set turn_id = ${toId} where turn_id = ${fromId}`),
  );
  assert.equal(moved, 1);
  assert.deepEqual(rowsOf((await scan(to, "own")).body), ["Cuốn own"]);
});

test("a scan sent twice stands in the list once", async () => {
  const turn = await turnFor("THE1");
  const id = randomUUID();
  await scan(turn, "333", { id });
  const again = await scan(turn, "333", { id });
  assert.deepEqual(rowsOf(again.body), ["Cuốn 333"]);
});

test("a refused item is said in place, and the next scan goes on", async () => {
  const turn = await turnFor("THE1");
  const stopped = await scan(turn, "closed");
  assert.equal(stopped.statusCode, 409);
  assert.match(stopped.body, /^<div id="quay".*Chưa cho mượn: mã closed.*Tài liệu chỉ đọc tại chỗ/s);
  const next = await scan(turn, "444");
  assert.equal(next.statusCode, 200);
  assert.doesNotMatch(next.body, /Chưa cho mượn/);
});

test("a code that stands on several items is decided in place, by what is in the hand", async () => {
  const turn = await turnFor("THE1");
  const choice = await scan(turn, "two");
  assert.match(choice.body, /Mã two có ở nhiều tài liệu/);
  assert.match(choice.body, /name="tai-lieu" value="i2".*data-key="Alt 2"/s);
  const chosen = await scan(turn, "two", { extra: { "tai-lieu": "i2" } });
  assert.deepEqual(rowsOf(chosen.body), ["Cuốn i2"]);
  assert.equal(lentTo.at(-1), "THE1 i2");
});

test("a card scanned in the middle of a turn is the next reader", async () => {
  const turn = await turnFor("THE1");
  const next = await scan(turn, "THE2");
  assert.equal(next.statusCode, 204);
  await scan(String(next.headers["lt-location"]).replace("/quay/muon", "/quay/muon/quet"), "555");
  assert.equal(lentTo.at(-1), "THE2 555");
});

test("an unknown card is said so, and no turn begins", async () => {
  const unknown = await scan("/quay/muon/quet", "999");
  assert.equal(unknown.statusCode, 409);
  assert.equal(unknown.headers["lt-location"], undefined);
});

test("another's turn, and one of another library, is not gone on with", async () => {
  const turn = await turnFor("THE1");
  const other = await site.signedIn({ personId: randomUUID(), roles: [`librarian.desk@${hanoi}`] });
  const before = lentTo.length;
  await scan(turn, "666", { who: other });
  assert.equal(lentTo.length, before);
});

test("a return says in large letters where the item goes", async () => {
  const held = await scan("/quay/tra/quet", "hold");
  assert.match(held.body, /<strong>Giá chờ lấy<\/strong><p>Giữ cho người đặt đến hết 26\/11\/2026/);
  const sent = await scan("/quay/tra/quet", "777");
  assert.match(sent.body, /<strong>→ Thư viện phường Thuận Hóa, Thư viện Huế<\/strong>/);
  assert.match(sent.body, /trễ 2 ngày/);
  const reloaded = await site.app.inject({ url: "/quay/tra", cookies: { "__Host-lt": desk } });
  assert.match(reloaded.body, /→ Thư viện phường Thuận Hóa/);
});

test("without a script the desk works by plain forms", async () => {
  const begun = await scan("/quay/muon/quet", "THE1", { fragment: "" });
  assert.equal(begun.statusCode, 303);
  const turn = String(begun.headers.location);
  const lent = await scan(turn.replace("/quay/muon", "/quay/muon/quet"), "888", { fragment: "" });
  assert.equal(lent.headers.location, turn);
  const shown = await site.app.inject({ url: turn, cookies: { "__Host-lt": desk } });
  assert.deepEqual(rowsOf(shown.body), ["Cuốn 888"]);
  assert.match(shown.body, /<form method="post" action="\/quay\/muon\/quet\?luot=/);
});
