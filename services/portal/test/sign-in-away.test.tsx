import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { until } from "@lienthong/testing/until.ts";
import { ReaderPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { aSite, type TestSite } from "./site.ts";
import { percentile, timed } from "./timed.ts";

const mine = page("/sach-cua-toi", { for: "patron" }, (ask) => (
  <ReaderPage ask={ask} title="Sách của tôi">
    <p id="ten">{ask.who.name}</p>
  </ReaderPage>
));
const open = page("/", { for: "anyone" }, (ask) => <ReaderPage ask={ask} title="Trang chủ" />);
const sentence = /Chưa đăng nhập được vì dịch vụ định danh đang gián đoạn/;

let site: TestSite;
before(async () => {
  site = await aSite([open, mine]);
});
after(() => site.close());
beforeEach(async () => {
  Object.assign(site.signIn, { away: false, slowMs: 0, accessSeconds: 60, atOnceMax: 0 });
  // What an earlier test broke is whole again before the next one begins, and the realm's keys are known.
  await until(
    async () => (await site.signedIn().then(visit, () => undefined))?.statusCode,
    (status) => status === 200,
    30_000,
  );
  site.signIn.asked.length = 0;
  site.signIn.atOnceMax = 0;
});

const visit = (cookie: string, url = "/sach-cua-toi") =>
  site.app.inject({ url, cookies: cookie ? { "__Host-lt": cookie } : {} });

/** Sessions of as many readers, whose access tokens live for so many seconds more. */
async function sessionsOf(count: number, seconds: number): Promise<string[]> {
  const ends = Math.floor(Date.now() / 1000) + seconds;
  const claims = { exp: ends, person: site.signIn.person.personId, roles: [], azp: "portal", aud: ["lienthong"] };
  const access = await site.signIn.token({ ...claims, typ: "Bearer" });
  const tokens = () => ({ access, accessEnds: ends, refresh: randomUUID(), providerSession: randomUUID() });
  const person = { personId: site.signIn.person.personId ?? "", name: "Nguyễn Thu Hà" };
  return Promise.all(Array.from({ length: count }, () => site.parts.sessions.open(person, tokens())));
}

test("F21: when the sign-in server is away, work goes on until the token ends, then one sentence says so", async () => {
  site.signIn.accessSeconds = 5;
  const going = await site.signedIn();
  const [over = ""] = await sessionsOf(1, 1);
  site.signIn.away = true;
  assert.equal((await visit(going)).statusCode, 200);
  const stopped = await visit(over);
  assert.equal(stopped.statusCode, 503);
  assert.equal(stopped.headers["retry-after"], "2");
  assert.match(stopped.body, sentence);
  assert.equal((await visit(over, "/")).statusCode, 200);
  assert.match((await visit(over, "/en/sach-cua-toi")).body, /Signing in is not possible now/);
});

test("F21: when it answers after five seconds, pages do not wait for it, and new tokens come all the same", async () => {
  const [going = ""] = await sessionsOf(1, 10);
  // Somebody has a session there, so that the refresh token is worth something.
  await site.signedIn();
  site.signIn.slowMs = 5_000;
  const { ms, answer } = await timed(() => visit(going));
  assert.equal(answer.statusCode, 200);
  assert.ok(ms < 1_000, `${ms} ms`);
  const left = async () => ((await site.parts.sessions.of(going))?.tokens.accessEnds ?? 0) - Date.now() / 1000;
  await until(left, (seconds) => seconds > 30);
});

test("F21: nobody is sent to sign in at a server that does not answer", async () => {
  for (const harm of [{ away: true }, { slowMs: 30_000 }]) {
    // What it said a moment ago it need not say again; after that it is asked.
    await until(
      () => {
        Object.assign(site.signIn, harm);
        return site.app.inject("/dang-nhap");
      },
      ({ statusCode }) => statusCode === 503,
    );
    const { ms, answer } = await timed(() => site.app.inject("/dang-nhap"));
    assert.equal(answer.statusCode, 503);
    assert.match(answer.body, sentence);
    assert.ok(ms <= 2_000, `${ms} ms`);
    Object.assign(site.signIn, { away: false, slowMs: 0 });
    await until(
      () => site.app.inject("/dang-nhap"),
      ({ statusCode }) => statusCode === 303,
      30_000,
    );
  }
});

test("F21: a hundred readers whose tokens have ended do not each wait for a server that hangs, and come back by themselves", async () => {
  await site.signedIn();
  const cookies = await sessionsOf(100, 1);
  site.signIn.slowMs = 60_000;
  site.signIn.asked.length = 0;
  const answers = [];
  for (let round = 0; round < 5; round += 1) {
    answers.push(...(await Promise.all(cookies.map((cookie) => timed(() => visit(cookie))))));
  }
  assert.ok(answers.every(({ answer }) => answer.statusCode === 503 && sentence.test(answer.body)));
  const p99 = percentile(
    answers.map(({ ms }) => ms),
    0.99,
  );
  assert.ok(p99 <= 2_000, `p99 ${p99} ms`);
  assert.ok(site.signIn.atOnceMax <= 20, `${site.signIn.atOnceMax} requests at once`);
  // It comes back: everybody is asked for again and again until they are in.
  site.signIn.slowMs = 0;
  site.signIn.atOnceMax = 0;
  const back = (cookie: string) =>
    until(
      () => visit(cookie),
      ({ statusCode }) => statusCode === 200,
      30_000,
    );
  await Promise.all(cookies.map(back));
  const refreshes = site.signIn.asked.filter((what) => what === "token refresh_token").length;
  assert.ok(refreshes <= 2 * cookies.length, `${refreshes} refreshes for ${cookies.length} readers`);
  assert.ok(site.signIn.atOnceMax <= 40, `${site.signIn.atOnceMax} requests at once`);
});
