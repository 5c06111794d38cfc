import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { until } from "@lienthong/testing/until.ts";
import { ReaderPage } from "../frame/layout.tsx";
import { live } from "../frame/live.ts";
import { page } from "../frame/page.ts";
import { aSite, type TestSite } from "./site.ts";

const shelf = page("/ke", { for: "patron" }, (ask) => (
  <ReaderPage ask={ask} title="Kệ">
    <p id="ten">{ask.who.name}</p>
  </ReaderPage>
));

let site: TestSite;
let address: string;
const streams: AbortController[] = [];
before(async () => {
  site = await aSite([shelf, live("/ke/truc-tiep", { on: shelf, elements: ["ten"] })]);
  address = await site.app.listen({ host: "127.0.0.1", port: 0 });
});
after(async () => {
  for (const stream of streams) stream.abort();
  // Connections that a client keeps for later would hold the close up.
  site.app.server.closeAllConnections();
  await site.close();
});

async function watch(cookie: string) {
  const stop = new AbortController();
  streams.push(stop);
  const answer = await fetch(`${address}/ke/truc-tiep`, {
    headers: { cookie: `__Host-lt=${cookie}` },
    signal: stop.signal,
  });
  return { answer, stop };
}

test("one account watches eight pages at most, in however many sessions, and leaves room for the others", async () => {
  const personId = randomUUID();
  const [first, second] = [await site.signedIn({ personId, roles: [] }), await site.signedIn()];
  const watched = [];
  for (let count = 0; count < 8; count += 1) watched.push(await watch(count % 2 ? first : second));
  assert.deepEqual(
    watched.map(({ answer }) => answer.status),
    Array(8).fill(200),
  );
  for (const cookie of [first, second]) {
    const { answer } = await watch(cookie);
    assert.deepEqual([answer.status, answer.headers.get("retry-after")], [429, "15"]);
  }
  const other = await site.signedIn({ personId: randomUUID(), roles: [] });
  assert.equal((await watch(other)).answer.status, 200);

  watched[0]?.stop.abort();
  await until(async () => (await watch(first)).answer.status === 200);
});
