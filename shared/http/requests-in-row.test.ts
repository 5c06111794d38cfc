import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { type TestContext, test } from "node:test";
import fastify from "fastify";
import { boundRequestsInRow } from "./requests-in-row.ts";

/** Asks so often on one connection without waiting. @returns how many were answered, and how many began */
async function askAhead(t: TestContext, times: number): Promise<{ answered: number; begun: number }> {
  const app = fastify();
  boundRequestsInRow(app);
  let begun = 0;
  app.get("/", async () => {
    begun += 1;
    await turn();
    return "here";
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  t.after(() => app.close());
  const socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
  const ask = (more = "") => `GET / HTTP/1.1\r\nhost: x\r\n${more}\r\n`;
  socket.write(ask().repeat(times - 1) + ask("connection: close\r\n"));
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString()));
  socket.on("error", () => undefined);
  await once(socket, "close");
  return { answered: text.split("HTTP/1.1 200").length - 1, begun };
}

test("who asks a few times ahead is answered each time", async (t) => {
  assert.deepEqual(await askAhead(t, 20), { answered: 20, begun: 20 });
});

test("a connection that asks a thousand times ahead is ended, and next to nothing is begun", async (t) => {
  const { begun } = await askAhead(t, 1_000);
  assert.ok(begun <= 64, `${begun} were begun`);
});
