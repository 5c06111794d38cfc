import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { action } from "../frame/action.ts";
import { ReaderPage, StaffPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { Form, requestField } from "../parts/form.tsx";
import { refusalSentence } from "../texts/texts.ts";
import { aSite, type TestSite } from "./site.ts";

const shelf: string[] = ["Số đỏ"];

const shelfPage = page("/ke/:id", { for: "patron" }, (ask) => (
  <ReaderPage ask={ask} title="Kệ">
    <ul id="ke">
      {shelf.map((title) => (
        <li>{title}</li>
      ))}
      {ask.refused?.refusal && <li role="alert">{refusalSentence(ask.t, ask.refused.refusal)}</li>}
      {ask.refused?.problems.ten && <li>{ask.refused.problems.ten}</li>}
      <Form ask={ask} target="ke" action={`/ke/${ask.params.id}/them`}>
        <input name="ten" value={ask.refused?.form.get("ten") ?? ""} />
      </Form>
    </ul>
  </ReaderPage>
));

const addBook = action("/ke/:id/them", { on: shelfPage }, async ({ form, params }) => {
  const title = form.get("ten") ?? "";
  if (title === "") return { problems: { ten: "Nhập nhan đề" } };
  if (title === "Cấm") {
    return { refused: { code: "circulation.check-out/loan-limit-reached", details: { limit: "5" } } };
  }
  if (title === "Đi") return { seeOther: `/ke/${params.id}-khac` };
  shelf.push(title);
  return { say: `Đã thêm ${title}.` };
});

const deskPage = page("/quay/thu", { for: "desk" }, (ask) => (
  <StaffPage ask={ask} title="Quầy">
    <p id="noi">{ask.staff.libraryId}</p>
  </StaffPage>
));
const brokenPage = page("/hong", { for: "anyone" }, () => {
  throw new Error("secret inside");
});

let site: TestSite;
let cookie: string;
before(async () => {
  site = await aSite([shelfPage, addBook, deskPage, brokenPage]);
  cookie = await site.signedIn();
});
after(() => site.close());

const get = (url: string, fragment?: string, who = cookie) =>
  site.app.inject({
    url,
    cookies: who ? { "__Host-lt": who } : {},
    headers: fragment ? { "lt-fragment": fragment } : {},
  });

type Post = { fragment?: string; headers?: Record<string, string>; id?: string; who?: string };
const post = (url: string, ten: string, { fragment, headers, id = randomUUID(), who = cookie }: Post = {}) =>
  site.app.inject({
    method: "POST",
    url,
    cookies: who ? { "__Host-lt": who } : {},
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      ...(headers ?? { "sec-fetch-site": "same-origin" }),
      ...(fragment ? { "lt-fragment": fragment } : {}),
    },
    payload: new URLSearchParams({ [requestField]: id, ten }).toString(),
  });

test("the same address answers the page, or the one element that a script asks for", async () => {
  const whole = await get("/ke/1");
  assert.match(whole.body, /^<!doctype html><html lang="vi">/);
  assert.match(whole.body, /id="lt-status"/);
  const part = await get("/ke/1", "ke");
  assert.match(part.body, /^<ul id="ke"><li>Số đỏ<\/li>/);
  assert.equal((await get("/ke/1", "nowhere")).statusCode, 404);
});

test("without a script a form sends the browser to its page, and the page says what was done once", async () => {
  const done = await post("/ke/1/them?x=1", "Tắt đèn");
  assert.equal(done.statusCode, 303);
  assert.equal(done.headers.location, "/ke/1?x=1");
  const said = done.cookies.find(({ name }) => name === "__Host-lt-bao")?.value ?? "";
  const shown = await site.app.inject({ url: "/ke/1", cookies: { "__Host-lt": cookie, "__Host-lt-bao": said } });
  assert.match(shown.body, /<div id="lt-note"[^>]*><div class="notice ok">.*Đã thêm Tắt đèn\./);
  assert.ok(shown.cookies.some(({ name, value }) => name === "__Host-lt-bao" && value === ""));
});

test("with a script it gets the element as it is now, and one sentence", async () => {
  const done = await post("/ke/1/them", "Lều chõng", { fragment: "ke" });
  assert.equal(done.statusCode, 200);
  assert.match(done.body, /^<ul id="ke">.*<li>Lều chõng<\/li>/);
  assert.equal(decodeURIComponent(String(done.headers["lt-say"])), "Đã thêm Lều chõng.");
});

test("a refusal is 409 with the reason in place, as a page and as an element", async () => {
  const whole = await post("/ke/1/them", "Cấm");
  assert.equal(whole.statusCode, 409);
  assert.match(whole.body, /<title>Lỗi: Kệ/);
  assert.match(whole.body, /Bạn đọc đã mượn đủ 5 cuốn/);
  const part = await post("/ke/1/them", "Cấm", { fragment: "ke" });
  assert.equal(part.statusCode, 409);
  assert.match(part.body, /^<ul id="ke">.*role="alert">Bạn đọc đã mượn đủ 5 cuốn/);
});

test("an unusable form is 422, with a summary on the page", async () => {
  const whole = await post("/ke/1/them", "");
  assert.equal(whole.statusCode, 422);
  assert.match(whole.body, /Có 1 chỗ cần sửa.*<a href="#ten">Nhập nhan đề/);
});

test("where another page follows, the browser is sent there and a script is told the address", async () => {
  const plain = await post("/ke/1/them", "Đi");
  assert.deepEqual([plain.statusCode, plain.headers.location], [303, "/ke/1-khac"]);
  const scripted = await post("/en/ke/1/them", "Đi", { fragment: "ke" });
  assert.deepEqual([scripted.statusCode, scripted.headers["lt-location"]], [204, "/en/ke/1-khac"]);
});

test("every form carries a fresh request id, and one without is not taken", async () => {
  const ids = [...(await get("/ke/1")).body.matchAll(/name="yeu-cau" value="([0-9a-f-]{36})"/g)].map(([, id]) => id);
  assert.ok(ids.length >= 3);
  assert.equal(new Set(ids).size, ids.length);
  const before = shelf.length;
  for (const id of ["", "1", "x".repeat(36)])
    assert.equal((await post("/ke/1/them", "Chí Phèo", { id })).statusCode, 400, id);
  assert.equal(shelf.length, before);
});

test("a form that another site sends is not taken, whoever is signed in", async () => {
  const before = shelf.length;
  const senders: Record<string, string>[] = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { origin: "https://evil.example" },
    { origin: "null" },
    {},
  ];
  for (const headers of senders)
    assert.equal((await post("/ke/1/them", "Giả", { headers })).statusCode, 403, JSON.stringify(headers));
  assert.equal(shelf.length, before);
  assert.equal((await post("/ke/1/them", "Thật", { headers: { origin: "http://localhost:7080" } })).statusCode, 303);
});

test("reading never writes: an action's address answers no GET", async () => {
  assert.equal((await get("/ke/1/them")).statusCode, 404);
});

test("who is not signed in keeps the form and is shown where to sign in", async () => {
  const whole = await post("/ke/1/them", "Mất phiên", { who: "" });
  assert.equal(whole.statusCode, 401);
  assert.match(whole.body, /Những gì bạn điền vẫn còn đây/);
  assert.match(whole.body, /href="\/dang-nhap\?ve=%2Fke%2F1"/);
  const part = await post("/ke/1/them", "Mất phiên", { who: "", fragment: "ke" });
  assert.equal(part.statusCode, 401);
  assert.match(part.body, /^<div id="lt-trouble" class="notice" role="alert">/);
});

test("a page for staff is for those with the role, at the library they chose", async () => {
  assert.equal((await get("/quay/thu")).statusCode, 403);
  assert.match((await get("/quay/thu")).body, /Trang này dành cho thủ thư ở quầy/);
  const roles = ["librarian.desk@VN-AAAAAAA", "librarian.desk@VN-BBBBBBB", "librarian.manager@VN-CCCCCCC"];
  const staff = await site.signedIn({ personId: randomUUID(), roles });
  assert.match((await get("/quay/thu", "noi", staff)).body, /VN-AAAAAAA/);
  const choose = (library: string) =>
    site.app.inject({
      method: "POST",
      url: "/noi-lam-viec",
      cookies: { "__Host-lt": staff },
      headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" },
      payload: new URLSearchParams({ "thu-vien": library }).toString(),
    });
  await choose("VN-BBBBBBB");
  assert.match((await get("/quay/thu", "noi", staff)).body, /VN-BBBBBBB/);
  await choose("VN-ZZZZZZZ");
  assert.match((await get("/quay/thu", "noi", staff)).body, /VN-BBBBBBB/);
  await choose("VN-CCCCCCC");
  assert.equal((await get("/quay/thu", undefined, staff)).statusCode, 403);
});

test("English lives under /en with the same paths, and each page leads to its twin", async () => {
  const english = await get("/en/ke/1?x=1");
  assert.match(english.body, /<html lang="en">/);
  assert.match(english.body, /href="\/ke\/1\?x=1" lang="vi"/);
  assert.match((await get("/ke/1?x=1")).body, /href="\/en\/ke\/1\?x=1" lang="en"/);
});

test("a fault of ours is told without its inside, with a reference to read out", async () => {
  const fault = await get("/hong");
  assert.equal(fault.statusCode, 500);
  assert.match(fault.body, /Mã báo: [0-9A-F]{6}/);
  assert.doesNotMatch(fault.body, /secret inside/);
});

test("assets are kept for ever under an address that changes with them, compressed for those who take it", async () => {
  const address = site.parts.assets.address("reader.css");
  const plain = await site.app.inject(address);
  assert.match(String(plain.headers["cache-control"]), /immutable/);
  const small = await site.app.inject({ url: address, headers: { "accept-encoding": "gzip, br" } });
  assert.equal(small.headers["content-encoding"], "br");
  assert.ok(small.rawPayload.length < plain.rawPayload.length / 2);
  assert.equal((await site.app.inject("/t/reader-nothere1.css")).statusCode, 404);
});

test("light or dark is remembered without a script", async () => {
  const chosen = await site.app.inject({
    method: "POST",
    url: "/giao-dien",
    headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" },
    payload: "nen=toi&ve=//evil.example",
  });
  assert.equal(chosen.headers.location, "/");
  const dark = await site.app.inject({ url: "/hong", cookies: { "lt-nen": "toi" } });
  assert.match(dark.body, /<html lang="vi" data-theme="dark">/);
});
