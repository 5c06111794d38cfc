import assert from "node:assert/strict";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { openLog } from "@lienthong/telemetry/log.ts";
import { parts } from "@lienthong/testing/parts.ts";
import { until } from "@lienthong/testing/until.ts";
import { aRecord, asCatalogue, aUnion, type TestLibrary, type Union } from "./union.ts";

// The service under test is told another address, so the server's own is kept here.
const openSearch = parts.openSearch();

/** The way to the search server, which a test can cut and mend. */
class Line {
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #server: Server;
  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  static async lay(): Promise<Line> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const line = new Line(server, (server.address() as AddressInfo).port);
    line.#serve();
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  cut(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async mend(): Promise<void> {
    this.#server = createServer();
    await new Promise<void>((listening) => this.#server.listen(this.#port, "127.0.0.1", listening));
    this.#serve();
  }

  #serve(): void {
    const { hostname, port } = new URL(openSearch);
    this.#server.on("connection", (near) => {
      const far = connect(Number(port), hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.pipe(to);
        from.on("error", () => to.destroy());
        from.on("close", () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    });
  }
}

let line: Line;
let union: Union;
let hanoi: TestLibrary;
before(async () => {
  line = await Line.lay();
  union = await aUnion({ OPENSEARCH_URL: line.url });
  hanoi = await union.aLibrary("VN-INDEX1");
  await hanoi.imports(
    ...Array.from({ length: 40 }, (_, n) => aRecord({ number: `${n}`, title: `Chỉ mục ${n}`, barcodes: [`I${n}`] })),
  );
  await union.indexed();
});
after(async () => {
  await union.stop();
  line.cut();
});

const total = async (query: string) => Number((await union.search(query)).total);

test("the index is filled anew while search goes on and titles change; the old one goes when the new one is whole", async () => {
  const { rebuildIndex } = await import("../search/rebuild.ts");
  const liveName = () =>
    union.database.transact(
      asCatalogue,
      async (tx) => (await tx.client.query("select name, state from search_index")).rows,
    );
  const [former] = await liveName();
  let searching = true;
  const counts: number[] = [];
  const searches = (async () => {
    while (searching) counts.push(await total("chi muc"));
  })();
  const rebuilt = rebuildIndex(
    (step) => union.database.transact(asCatalogue, step),
    openLog("catalogue", "silent"),
    new AbortController().signal,
  );
  const changed = hanoi.imports(
    aRecord({ number: "0", title: "Đổi tên", barcodes: ["I0"] }),
    aRecord({ number: "100", title: "Chỉ mục mới" }),
    aRecord({ number: "1", title: "Chỉ mục 1", status: "d" }),
  );
  await Promise.all([rebuilt, changed]);
  await union.indexed();
  searching = false;
  await searches;
  const live = await liveName();
  assert.equal(live.length, 1);
  assert.equal(live[0].state, "LIVE");
  assert.notEqual(live[0].name, former.name);
  assert.equal((await fetch(`${openSearch}/${former.name}`)).status, 404);
  assert(
    counts.length > 0 && counts.every((count) => count >= 38 && count <= 41),
    `seen: ${[...new Set(counts)].join(", ")}`,
  );
  assert.equal(await total("chi muc"), 39);
  assert.equal(await total("đổi tên"), 1);
});

test("an index that was lost is made and filled again by itself", async () => {
  const alias = process.env.SEARCH_INDEX;
  await fetch(`${openSearch}/${alias}-*`, { method: "DELETE" });
  await hanoi.imports(aRecord({ number: "200", title: "Chỉ mục sau khi mất" }));
  await until(
    () => total("chi muc").catch(() => 0),
    (count) => count === 40,
  );
});

test("while the search server is away search says so at once, imports go on, and the index catches up", async () => {
  line.cut();
  const begun = Date.now();
  await assert.rejects(union.search("chi muc"), { kind: "unavailable" });
  assert(Date.now() - begun < 2_500, "it is said at once");
  const done = await hanoi.imports(aRecord({ number: "300", title: "Trong lúc đứt mạng" }));
  assert.equal(done.added, 1n);
  await line.mend();
  await until(
    () => total("trong luc dut mang").catch(() => 0),
    (count) => count === 1,
    20_000,
  );
});
