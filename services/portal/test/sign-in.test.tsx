import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { page } from "../frame/page.ts";
import { ReaderPage } from "../frame/layout.tsx";
import { aSite, goThroughSignIn, type TestSite } from "./site.ts";

const mine = page("/sach-cua-toi", { for: "patron" }, (ask) => (
  <ReaderPage ask={ask} title="Sách của tôi">
    <p id="ten">{ask.who.name}</p>
  </ReaderPage>
));
const open = page("/", { for: "anyone" }, (ask) => <ReaderPage ask={ask} title="Trang chủ" />);

let site: TestSite;
before(async () => {
  site = await aSite([open, mine]);
});
after(() => site.close());
beforeEach(() => {
  site.signIn.away = false;
  site.signIn.accessSeconds = 60;
  site.signIn.asked.length = 0;
});

const visit = (cookie: string, url = "/sach-cua-toi") =>
  site.app.inject({ url, cookies: cookie ? { "__Host-lt": cookie } : {} });
const post = (cookie: string, url: string) =>
  site.app.inject({
    method: "POST",
    url,
    cookies: { "__Host-lt": cookie },
    headers: { "sec-fetch-site": "same-origin" },
  });

test("a reader who is not signed in goes to sign in and comes back to the same page", async () => {
  const turned = await visit("");
  assert.equal(turned.statusCode, 303);
  assert.equal(turned.headers.location, "/dang-nhap?ve=%2Fsach-cua-toi");
  const { start, finish, cookie } = await goThroughSignIn(site.app, String(turned.headers.location));
  const asked = new URL(String(start.headers.location)).searchParams;
  assert.equal(asked.get("code_challenge_method"), "S256");
  assert.ok(asked.get("state") && asked.get("nonce"));
  assert.equal(finish.headers.location, "/sach-cua-toi");
  assert.match((await visit(cookie)).body, /Nguyễn Thu Hà/);
});

test("the browser holds an opaque id in a locked cookie, the database no token in the clear", async () => {
  const { finish, cookie } = await goThroughSignIn(site.app, "/dang-nhap");
  const set = finish.cookies.find(({ name }) => name === "__Host-lt");
  assert.deepEqual([set?.httpOnly, set?.secure, set?.sameSite, set?.path], [true, true, "Lax", "/"]);
  assert.equal(cookie.length, 43);
  const session = await site.parts.sessions.of(cookie);
  assert.ok(session);
  const stored = await site.parts.database.transact(
    { kind: "service", id: "portal", personId: null, libraryId: null, roles: [], loa: 0 },
    async (tx) => (await tx.client.query("select * from session")).rows,
  );
  const bytes = Buffer.concat(stored.map((row) => Buffer.concat([row.id_hash, row.sealed])));
  assert.equal(bytes.includes(session.tokens.access.slice(0, 20)), false);
  assert.equal(bytes.includes(cookie), false);
});

test("nobody but the portal itself sees a session's row", async () => {
  await site.signedIn();
  const person = {
    kind: "person",
    id: "x",
    personId: site.signIn.person.personId ?? null,
    libraryId: null,
    roles: [],
    loa: 2,
  } as const;
  const seen = await site.parts.database.transact(
    person,
    async (tx) => (await tx.client.query("select 1 from session")).rowCount,
  );
  assert.equal(seen, 0);
});

test("a session id that somebody planted before is worth nothing after the sign-in", async () => {
  const planted = "p".repeat(43);
  const { cookie } = await goThroughSignIn(site.app, "/dang-nhap", { "__Host-lt": planted });
  assert.notEqual(cookie, planted);
  assert.equal((await visit(planted)).statusCode, 303);
});

test("a sign-in that another browser began, or that comes back changed, is refused in one clear sentence", async () => {
  const { back } = await goThroughSignIn(site.app, "/dang-nhap");
  const elsewhere = await site.app.inject({ url: `${back.pathname}${back.search}` });
  assert.equal(elsewhere.statusCode, 400);
  assert.match(elsewhere.body, /Lần đăng nhập này không còn dùng được/);
  const begun = await site.app.inject("/dang-nhap");
  const cookies = { "__Host-lt-dang-nhap": begun.cookies[0]?.value ?? "" };
  const forged = await site.app.inject({ url: "/dang-nhap/xong?code=x&state=forged", cookies });
  assert.equal(forged.statusCode, 400);
  assert.equal(
    forged.cookies.find(({ name }) => name === "__Host-lt"),
    undefined,
  );
});

test("a token that is about to end is renewed once, however many pages ask at the same moment", async () => {
  site.signIn.accessSeconds = 4;
  const cookie = await site.signedIn();
  site.signIn.accessSeconds = 60;
  site.signIn.asked.length = 0;
  const pages = await Promise.all(Array.from({ length: 8 }, () => visit(cookie)));
  assert.deepEqual(
    pages.map(({ statusCode }) => statusCode),
    Array(8).fill(200),
  );
  assert.deepEqual(site.signIn.asked, ["token refresh_token"]);
});

test("a session that ended at the sign-in server ends here", async () => {
  site.signIn.accessSeconds = 4;
  const cookie = await site.signedIn();
  site.signIn.endSession();
  assert.equal((await visit(cookie)).statusCode, 303);
  assert.equal((await visit(cookie, "/")).statusCode, 200);
});

test("signing out ends the session here and at the sign-in server", async () => {
  const cookie = await site.signedIn();
  const out = await post(cookie, "/dang-xuat");
  assert.equal(out.headers.location, "/");
  assert.deepEqual(site.signIn.asked, ["token authorization_code", "logout"]);
  assert.equal((await visit(cookie)).statusCode, 303);
});

test("signing out works while the sign-in server is away, and says what is left", async () => {
  const cookie = await site.signedIn();
  site.signIn.away = true;
  const out = await post(cookie, "/dang-xuat");
  assert.equal(out.statusCode, 303);
  assert.match(
    decodeURIComponent(out.cookies.find(({ name }) => name === "__Host-lt-bao")?.value ?? ""),
    /Đã đăng xuất/,
  );
  site.signIn.away = false;
  assert.equal((await visit(cookie)).statusCode, 303);
});

test("the sign-in server ends a session by a logout token, and by nothing that only looks like one", async () => {
  const cookie = await site.signedIn();
  const sid = (await site.parts.sessions.of(cookie))?.tokens.providerSession;
  const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
  const right = { aud: "portal", sid, events, typ: "Logout" };
  const wrong: [string, string][] = [
    ["an ID token", await site.signIn.token({ aud: "portal", sid, nonce: "n" })],
    ["another's", await site.signIn.token({ ...right, aud: "gateway" })],
    ["another issuer's", await site.signIn.token({ ...right, iss: "http://evil.example" })],
    ["an old one", await site.signIn.token({ ...right, iat: 1_700_000_000 })],
    ["one with a nonce", await site.signIn.token({ ...right, nonce: "n" })],
    ["a changed one", `${(await site.signIn.token(right)).slice(0, -6)}AAAAAA`],
    ["no token", "nothing"],
  ];
  const send = (token: string) =>
    site.app.inject({
      method: "POST",
      url: "/dang-xuat/kenh-sau",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      payload: new URLSearchParams({ logout_token: token }).toString(),
    });
  for (const [what, token] of wrong) assert.equal((await send(token)).statusCode, 400, what);
  assert.equal((await visit(cookie)).statusCode, 200);
  assert.equal((await send(await site.signIn.token(right))).statusCode, 200);
  assert.equal((await visit(cookie)).statusCode, 303);
});

test("a page runs no script and no style but the site's own files", async () => {
  const home = await site.app.inject("/");
  assert.equal(home.headers["referrer-policy"], "same-origin");
  assert.match(String(home.headers["content-security-policy"]), /default-src 'none';script-src 'self'/);
  assert.match(String(home.headers["content-security-policy"]), /require-trusted-types-for 'script';trusted-types lt$/);
  assert.doesNotMatch(home.body, /<script(?![^>]*\bsrc=)|<style|\son\w+=/);
});
