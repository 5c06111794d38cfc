import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { serviceActor } from "@lienthong/auth/actor.ts";
import { announce } from "@lienthong/bus/announce.ts";
import { startRelay } from "@lienthong/bus/relay.ts";
import { openDatabase } from "@lienthong/database/database.ts";
import { LoanChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { aBusStage, type BusStage, loanOf, log } from "../bus-stage.ts";
import { testDatabase } from "../test-database.ts";
import { until } from "../until.ts";

let stage: BusStage;
before(async () => {
  stage = await aBusStage();
  await stage.silent();
});
after(() => stage.close());

test("events go out soon again where the database has vanished without a word and is back", async (t) => {
  const made = await testDatabase("frame", import.meta.dirname);
  const url = new URL(made.app.url);
  const line = await aLine(url.hostname, Number(url.port));
  url.port = String(line.port);
  const [beside, relaying] = [made.app, { ...made.app, url: url.href }].map((at) => openDatabase(at, () => {}));
  const relay = startRelay(relaying!, stage.owner.bus, log);
  t.after(async () => {
    await relay.stop();
    line.close();
    await relaying!.close();
    await beside!.close();
    await made.drop();
  });
  const goesOut = async () => {
    await beside!.transact(serviceActor("circulation"), async (tx) =>
      announce(tx, LoanChanged, loanOf(randomUUID(), 2n ** 40n + 1n, 1)),
    );
    const began = performance.now();
    await until(
      () => beside!.frame.query("select from outbox limit 1").then(({ rowCount }) => rowCount),
      (waiting) => waiting === 0,
      60_000,
    );
    return performance.now() - began;
  };
  await goesOut();
  line.vanish();
  const ms = await goesOut();
  // A statement that hangs is given up after 25 s; the first on a connection is answered within 1.5 s or never.
  assert.ok(ms < 10_000, `${ms} ms`);
});

/** A line on which those who are connected may be left without a word, as when a machine lost power; later ones are served. */
async function aLine(host: string, port: number) {
  const joined = new Set<Socket>();
  const listener = createServer((near) => {
    const far = connect(port, host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      joined.add(from);
      from.on("error", () => to.destroy());
      from.pipe(to);
    }
  });
  await new Promise<void>((listening) => listener.listen(0, "127.0.0.1", listening));
  return {
    port: (listener.address() as AddressInfo).port,
    vanish() {
      for (const socket of joined) socket.unpipe().pause();
    },
    close() {
      for (const socket of joined) socket.destroy();
      listener.close();
    },
  };
}
