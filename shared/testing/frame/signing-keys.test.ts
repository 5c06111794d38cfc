import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, test } from "node:test";
import { NoKeys } from "@lienthong/auth/signing-keys.ts";
import { TokenRefused, tokenVerifier, type VerifyToken } from "@lienthong/auth/verify.ts";
import { aRealm, type Realm } from "../realm.ts";
import { until } from "../until.ts";

const second = 1_000;
const personId = "0190d1c0-0000-7000-8000-000000000001";
// Each time another token: one that was found good is remembered for a while.
const aReader = () => ({ personId, account: randomUUID() });

let realm: Realm;
let verify: VerifyToken;
// The clock by which keys are followed; the tokens' own lives go by the real one.
let now = 0;

beforeEach(async () => {
  realm = await aRealm();
  now = 1_000_000;
  verify = tokenVerifier(realm.url, () => now);
});
afterEach(() => realm.close());

const passes = async () => assert.equal((await verify(await realm.token(aReader()))).personId, personId);
const isRefused = async (token: string) => assert.rejects(verify(token), TokenRefused);
const stranger = (kid: string) => realm.token(aReader(), {}, kid);

test("F22: a key that is published before it is used is known before its first token, and refuses nobody", async () => {
  await passes();
  const next = realm.newKey();
  now += 16 * second;
  await passes();
  await until(
    () => realm.asked,
    (asked) => asked === 2,
  );
  realm.signWith(next);
  await passes();
  assert.equal(realm.asked, 2, "the new key's first token asked nobody");
});

test("F22: a key that is used at once is known by the first of its tokens, also soon after the keys were looked at", async () => {
  await passes();
  now += 16 * second;
  await passes();
  await until(
    () => realm.asked,
    (asked) => asked === 2,
  );
  now += second;
  realm.signWith(realm.newKey());
  await passes();
  assert.equal(realm.asked, 3);
});

test("F22: 10,000 tokens with made-up keys cost one request in 30 seconds, and no valid token", async () => {
  await passes();
  const forged = await Promise.all(Array.from({ length: 100 }, (_, n) => stranger(`made-up-${n}`)));
  const flood = async () => {
    for (let n = 0; n < 10_000; n += 1) {
      await isRefused(forged[n % forged.length] ?? "");
      if (n % 1_000 === 0) await passes();
    }
  };
  await flood();
  assert.equal(realm.asked, 2, "one request for all of them");
  // The keys rotate right after an attacker has used up the one request: the next look finds the new key.
  realm.signWith(realm.newKey());
  now += 31 * second;
  await passes();
  await flood();
  assert.ok(realm.asked <= 4, `${realm.asked} requests in 31 seconds`);
});

test("F22: a key that the sign-in server has dropped is refused within a minute, and the others are not", async () => {
  await passes();
  const [old, next] = [await realm.token(aReader()), realm.newKey()];
  await verify(old);
  realm.signWith(next);
  await passes();
  realm.dropKey("test");
  const isGood = () =>
    verify(old).then(
      () => true,
      () => false,
    );
  let seconds = 0;
  for (; await isGood(); seconds += 1) now += second;
  assert.ok(seconds <= 60, `refused after ${seconds} s`);
  await passes();
});

test("F22: however long nobody came, the first token of a dropped key is judged by today's keys", async () => {
  await passes();
  const old = await realm.token(aReader());
  realm.signWith(realm.newKey());
  realm.dropKey("test");
  now += 600 * second;
  await isRefused(old);
  await passes();
});

test("F22: all keys dropped at once: the new one's tokens pass, the old one's do not", async () => {
  await passes();
  const old = await realm.token(aReader());
  realm.signWith(realm.newKey());
  realm.dropKey("test");
  await passes();
  await isRefused(old);
});

test("F21: while the sign-in server is away or hangs, its last keys stand and nobody waits for it", async () => {
  await passes();
  for (const answers of ["badly", "never"] as const) {
    realm.answers = answers;
    for (let minute = 0; minute < 5; minute += 1) {
      now += 60 * second;
      const started = performance.now();
      await Promise.all(Array.from({ length: 100 }, passes));
      const looked = performance.now();
      assert.ok(looked - started < 2 * second, "a hundred readers waited for the sign-in server");
      for (let n = 0; n < 10; n += 1) await passes();
      assert.ok(performance.now() - looked < second, "those who came after them waited again");
    }
  }
});

test("F21: who starts while the sign-in server is away recognises nobody, says so at once, and everybody when it is back", async () => {
  realm.answers = "badly";
  const token = await realm.token(aReader());
  await assert.rejects(verify(token), NoKeys);
  const { asked } = realm;
  await Promise.all(Array.from({ length: 100 }, () => assert.rejects(verify(token), NoKeys)));
  assert.equal(realm.asked, asked, "a server that is away is left alone for a while");
  realm.answers = "well";
  now += 3 * second;
  await passes();
});
