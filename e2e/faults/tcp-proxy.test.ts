import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { until } from "@lienthong/testing/until.ts";
import { aTcpProxy } from "./tcp-proxy.ts";

const pieces = 10;
const pieceBytes = 4_000;

test("a narrow line lets so many bytes pass in a second, however they are cut", async (t) => {
  const { line, send, arrived } = await aLine(t);
  line.bandwidth(80_000);
  const began = performance.now();
  await send();
  await until(arrived, (bytes) => bytes === pieces * pieceBytes);
  const took = performance.now() - began;
  assert(took >= 450, `half a second's bytes passed in ${took} ms`);
});

test("a late line delays what comes one after the other by the same time, and no more with each", async (t) => {
  const { line, send, arrived } = await aLine(t);
  line.delay(300);
  const began = performance.now();
  await send();
  await until(arrived, (bytes) => bytes === pieces * pieceBytes);
  const took = performance.now() - began;
  assert(took >= 300 && took < 300 * pieces, `what was 300 ms late took ${took} ms`);
});

test("a restored line keeps nothing back of what was late or silent before", async (t) => {
  const { line, send, arrived } = await aLine(t);
  line.bandwidth(100);
  await send();
  line.restore();
  await until(arrived, (bytes) => bytes === pieces * pieceBytes, 1_000);
  line.swallow();
  await send();
  await pause(100);
  assert.equal(arrived(), pieces * pieceBytes);
  line.restore();
  await until(arrived, (bytes) => bytes === 2 * pieces * pieceBytes, 1_000);
});

test("a cut line tells those who are connected, and takes nobody until it is restored", async (t) => {
  const { line, client, open } = await aLine(t);
  const broken = once(client, "error");
  line.cut();
  assert.equal(((await broken) as [{ code: string }])[0].code, "ECONNRESET");
  assert.equal(((await once(open(), "error")) as [{ code: string }])[0].code, "ECONNRESET");
  line.restore();
  const again = open();
  again.write("x");
  await until(() => line.open === 1);
});

/** A line to somebody who only listens. */
async function aLine(t: TestContext) {
  let bytes = 0;
  const listener = createServer((socket) => {
    socket.on("data", (piece) => (bytes += piece.length));
    socket.on("error", () => undefined);
  });
  await once(listener.listen(0, "127.0.0.1"), "listening");
  const line = await aTcpProxy({ host: "127.0.0.1", port: (listener.address() as AddressInfo).port });
  const open = () => {
    const socket = connect({ port: line.port, noDelay: true });
    socket.on("error", () => undefined);
    t.after(() => socket.destroy());
    return socket;
  };
  const client = open();
  await once(client, "connect");
  t.after(async () => {
    await line.close();
    listener.close();
  });
  return {
    ...{ line, open, client },
    arrived: () => bytes,
    /** Apart, so that each is a piece of its own. */
    async send() {
      for (let n = 0; n < pieces; n += 1) {
        client.write(Buffer.alloc(pieceBytes));
        await pause(5);
      }
    },
  };
}
