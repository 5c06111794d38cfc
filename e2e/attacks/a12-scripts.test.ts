import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { until } from "@lienthong/testing/until.ts";
import type { Browser, Page } from "playwright-core";
import { portalRoutes } from "../../deploy/check/permission-matrix.ts";
import { openBrowser, openScreen } from "../browser.ts";
import { signInTo } from "../sign-in.ts";
import { surroundingsOfTests } from "../surroundings.ts";
import { type Cookies, signedInAtPortal, tokenOf, visit } from "./people.ts";
import { leaks, payloadsFor } from "./payloads.ts";
import { callsOf, closeChannels, gateway, portalUrl } from "./platform.ts";
import { asFile, imported, itemField, mappedRecords, recordWith } from "./records.ts";
import { hanoi, readerOf, sure } from "./stage.ts";

let visits: string[] = [];
const lure = createServer((request, response) => {
  visits.push(request.url ?? "");
  response.end("window.ltXss = 1;");
});
let payloads: string[];
let titleId: string;
let importId: string;
let reader: Cookies;
let staff: Cookies;

const reads = { number: "A12-DOC", lent: "XSS0000001", held: "XSS0000002" };
const scan = { itemId: "", branchId: "" };
const desk = async () =>
  callsOf("circulation", { token: await tokenOf(hanoi.librarian.username), libraryId: hanoi.code });
const mine = async () => callsOf("circulation", { token: await tokenOf(readerOf(1).username) });

/** A record that says a payload wherever a record says anything. */
function poisoned() {
  const [a = "", b = "", c = "", d = ""] = payloads;
  const all = payloads.join(" ");
  return recordWith(reads.number, [
    ["020", ["a", a]],
    ["041", ["a", d]],
    ["082", ["a", b]],
    ["100", ["a", `Kẻ Xấu ${payloads[5]}`]],
    ["245", ["a", `Mã độc phép thử ${all}`], ["b", b], ["c", c], ["n", d], ["p", a]],
    ["250", ["a", c]],
    ["260", ["a", a], ["b", `Nhà xuất bản ${b}`], ["c", `2005 ${c}`]],
    ["300", ["a", all]],
    ["490", ["a", all]],
    ["500", ["a", all]],
    ["520", ["a", all]],
    ["650", ["a", `Chủ đề ${c}`]],
    ["700", ["a", all]],
    ["856", ["u", "javascript:window.ltXss=1"], ["y", all], ["z", all]],
    ["852", ["a", hanoi.code], ["b", `Kho ${a}`], ["h", `895 ${b}`], ["p", reads.held]],
    itemField(hanoi.code, reads.lent),
  ]);
}

before(async () => {
  await new Promise<void>((listening) => lure.listen(0, "127.0.0.1", listening));
  lure.unref();
  payloads = payloadsFor(`http://127.0.0.1:${(lure.address() as AddressInfo).port}`);
  // One record that is taken, and one without a title that is set aside: what it holds is shown with the reason.
  const aside = recordWith(payloads[0]!.slice(0, 60), [["500", ["a", payloads.join(" ")]]]);
  const file = asFile(poisoned(), aside);
  importId = (await imported(hanoi.code, file, `${payloads[1]}.mrc`)).id;
  titleId = (await mappedRecords(hanoi.code)).get(reads.number)?.titleId ?? "";
  const circulation = await desk();
  for (const barcode of [reads.held, reads.lent]) {
    const taken = () => circulation.checkIn({ ...scan, barcode }).then(answered, () => undefined);
    await until(taken, (answer) => answer !== undefined && !isRefusal(answer), 60_000);
  }
  // Lent to one, waited for by the other: so it stands on every list.
  sure(
    answered(
      await circulation.checkOut({
        cardNumber: readerOf(0).card,
        barcode: reads.lent,
        itemId: "",
        branchId: undefined,
      }),
    ),
  );
  const library = sure(answered(await callsOf("identity").getLibrary({ code: hanoi.code, on: "" })));
  const pickupBranchId = library.branches.find((branch) => branch.pickup)?.id ?? "";
  const held = answered(await (await mine()).placeHold({ titleId, recordId: "", pickupBranchId }));
  assert.ok(!isRefusal(held) || held.refused.code.endsWith("/already-held"), JSON.stringify(held));
  [reader, staff] = [await signedInAtPortal(readerOf(1).username), await signedInAtPortal(hanoi.librarian.username)];
});
after(closeChannels);
after(async () => {
  // Nothing of it stays on the shelves: the book comes home and goes.
  const circulation = await desk();
  for (const { id, titleId: of } of (await (await mine()).myAccount({})).holds)
    if (of === titleId) await (await mine()).cancelHold({ holdId: id });
  for (const barcode of [reads.held, reads.lent]) await circulation.checkIn({ ...scan, barcode });
  await imported(hanoi.code, asFile(recordWith(reads.number, [["245", ["a", "x"]]], "d")), "a12-bo.mrc");
});

const filled = (path: string) =>
  path.replace("/quan-ly/nhap/:id", `/quan-ly/nhap/${importId}`).replace(/:\w+/, titleId);

test("A12: every page of the portal shows what a record says as text, in both languages", async () => {
  const pages = portalRoutes(join(import.meta.dirname, "../..")).filter(({ kind }) => kind === "page");
  const words = encodeURIComponent("mã độc phép thử");
  let shown = 0;
  for (const prefix of ["", "/en"]) {
    for (const { path, for: audience } of pages) {
      const query = path.startsWith("/tim") ? `?q=${words}` : "";
      const answer = await visit(
        audience === "anyone" || audience === "patron" ? reader : staff,
        `${prefix}${filled(path)}${query}`,
      );
      const html = await answer.text();
      assert.deepEqual(leaks(html, payloads), [], `${prefix}${path}`);
      assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'.*script-src 'self'/, path);
      assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
      if (html.includes("ltXss")) shown += 1;
    }
  }
  // A page that shows nothing of it would prove nothing.
  assert.ok(shown >= 10, `${shown} pages showed something of the record`);
});

test("A12: whatever comes in an address, a form, a header or a cookie is shown as text, on error pages too", async () => {
  for (const payload of payloads) {
    const asked = encodeURIComponent(payload);
    const cookies: Cookies = new Map([...staff, ["__Host-lt-bao", encodeURIComponent(payload)]]);
    const addresses = [
      `/${asked}`,
      `/an-pham/${asked}`,
      `/tim?q=${asked}`,
      `/tim?q=a&the-loai=${asked}&sau=${asked}`,
      `/tim/goi-y?q=${asked}`,
      `/dang-nhap/xong?error=${asked}`,
      `/quay/muon?the=${asked}`,
      `/en/${asked}`,
    ];
    for (const address of addresses) {
      const answer = await visit(cookies, address, {
        headers: { "lt-fragment": "ket-qua", referer: payload.replaceAll(/[^ -~]/g, "") },
      });
      assert.deepEqual(leaks(await answer.text(), payloads), [], address);
      const whole = await visit(cookies, address);
      assert.deepEqual(leaks(await whole.text(), payloads), [], address);
    }
    const scanned = new URLSearchParams({
      ma: payload,
      "ma-vach": payload,
      the: payload,
      "ma-yeu-cau": crypto.randomUUID(),
      request: crypto.randomUUID(),
    });
    for (const address of ["/quay/muon/quet", "/quay/tra/quet"])
      assert.deepEqual(
        leaks(await (await visit(staff, address, { method: "POST", body: scanned })).text(), payloads),
        [],
        address,
      );
  }
});

test("A12: the gateway's answers and problems are JSON that no browser takes for a page", async () => {
  const token = await tokenOf(hanoi.librarian.username);
  const asked = encodeURIComponent(payloads[0]!);
  const paths = [
    `/api/v1/titles?q=${encodeURIComponent("mã độc phép thử")}`,
    `/api/v1/titles/${titleId}`,
    `/api/v1/titles/${asked}`,
    `/${asked}`,
    `/api/v1/imports/${importId}`,
    `/api/v1/imports/${importId}/quarantine`,
    `/api/v1/libraries/${asked}`,
    "/api/openapi.json",
  ];
  for (const path of paths) {
    const answer = await gateway(path, token, { headers: { library: hanoi.code, accept: "text/html" } });
    assert.match(answer.headers.get("content-type") ?? "", /^application\/(problem\+)?json/, path);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff", path);
    assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'/, path);
  }
});

/** What ran in a page, and what its policy has stopped. */
async function watched(page: Page): Promise<{ ran: () => Promise<unknown>; stopped: () => Promise<string[]> }> {
  await page.addInitScript(() => {
    const stopped: string[] = [];
    Object.assign(globalThis, { ltStopped: stopped });
    document.addEventListener("securitypolicyviolation", (event) => stopped.push(event.effectiveDirective));
  });
  return {
    ran: () => page.evaluate(() => (globalThis as { ltXss?: unknown }).ltXss),
    stopped: () => page.evaluate(() => (globalThis as unknown as { ltStopped: string[] }).ltStopped),
  };
}

test("A12: nothing of it runs in a browser, and with the escaping switched off the policy stops it", async (t) => {
  const browser: Browser = await openBrowser();
  t.after(() => browser.close());
  const { password } = await surroundingsOfTests();
  const words = encodeURIComponent("mã độc phép thử");
  visits = [];

  const honest = await (await openScreen(browser, 1280)).newPage();
  const seen = await watched(honest);
  await signInTo(honest, `${portalUrl()}/quay/lay-sach`, hanoi.librarian.username, password);
  for (const path of [`/tim?q=${words}`, `/an-pham/${titleId}`, "/quay/lay-sach", `/quan-ly/nhap/${importId}`]) {
    await honest.goto(`${portalUrl()}${path}`);
    assert.equal(await seen.ran(), undefined, path);
    assert.deepEqual(await seen.stopped(), [], `${path}: our own page breaks no rule of its policy`);
  }
  assert.ok(await honest.evaluate(() => customElements.get("lt-form") !== undefined), "our own script runs");

  const open = await (await openScreen(browser, 1280)).newPage();
  const bare = await watched(open);
  await open.route("**/an-pham/**", async (route) => {
    const answer = await route.fetch();
    const { "content-encoding": _, "content-length": __, ...headers } = answer.headers();
    const body = (await answer.text())
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&amp;", "&")
      // No policy rules over this one: the browser itself takes no script from it, and where else it leads is for escaping.
      .replaceAll(/<meta http-equiv=refresh[^>]*>/g, "");
    await route.fulfill({ status: answer.status(), headers, body });
  });
  await open.goto(`${portalUrl()}/an-pham/${titleId}`);
  const trap = open.locator("#bay").first();
  if ((await trap.count()) > 0) await trap.evaluate((link) => (link as unknown as { click(): void }).click());
  const stopped = await until(
    () => bare.stopped(),
    (directives) => directives.length > 0,
  );
  assert.equal(await bare.ran(), undefined, "the policy let a script run");
  assert.ok(
    stopped.some((directive) => directive.startsWith("script-src")),
    stopped.join(", "),
  );
  assert.equal(open.url(), `${portalUrl()}/an-pham/${titleId}`, "nobody was led away");
  assert.deepEqual(visits, [], "nothing was fetched from the attacker");
});
