import assert from "node:assert/strict";
import { open, readdir, stat } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { until } from "@lienthong/testing/until.ts";
import { told } from "../surroundings.ts";
import { tokenOf } from "./people.ts";
import { addressOf, callsOf, closeChannels, gateway, gatewayUrl, outcomeOf, portalUrl, processes } from "./platform.ts";
import { asFile, imported, recordWith } from "./records.ts";
import { hanoi } from "./stage.ts";

// Words that stand nowhere else, one for each way by which a secret could come into a log.
const canary = (what: string) => `bimat${what}${Math.random().toString(36).slice(2, 10)}`;
const canaries = {
  query: canary("tim"),
  path: canary("duong"),
  pin: String(Math.floor(10 ** 11 + Math.random() * 9 * 10 ** 11)),
  token: canary("khoa"),
  agent: canary("may"),
  name: canary("ten"),
  request: canary("yeucau"),
  trace: canary("vet"),
  file: canary("tep"),
  cookie: canary("banh"),
  json: canary("json"),
};

const logs = processes.map((name) => ({ name, file: join(told("LOG_FOLDER"), `${name}.log`) }));
const begun = new Map<string, number>();
const sizeOf = (file: string) =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
before(async () => {
  for (const { file } of logs) begun.set(file, await sizeOf(file));
  begun.set(told("SPANS_FILE"), await sizeOf(told("SPANS_FILE")));
});
after(closeChannels);

/** What was written since this file's tests began. */
async function written(file: string): Promise<string> {
  const from = begun.get(file) ?? 0;
  const length = (await sizeOf(file)) - from;
  if (length <= 0) return "";
  const opened = await open(file, "r");
  const { buffer } = await opened.read(Buffer.alloc(length), 0, length, from).finally(() => opened.close());
  return buffer.toString();
}

/** A request as no client library would send it. @returns the status, or that the door broke off */
function raw(url: string, headers: Record<string, string>): Promise<number | "broken off"> {
  return new Promise((resolve) => {
    const asked = request(url, { headers, insecureHTTPParser: true }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on("error", () => resolve("broken off"));
    asked.end();
  });
}

const ugly = (word: string) => `${word}\u001b[2J\u001b[31m","level":"error","forged":"${word}`;

test("A21: requests full of line ends, escapes, JSON and secrets are answered as any bad ones", async () => {
  const encoded = (text: string) => encodeURIComponent(ugly(text));
  const urls = [
    `${gatewayUrl()}/api/v1/titles?q=${encoded(canaries.query)}`,
    `${gatewayUrl()}/api/v1/titles/${encoded(canaries.path)}`,
    `${gatewayUrl()}/${encoded(canaries.path)}%0d%0aforged:%20line`,
    `${portalUrl()}/tim?q=${encoded(canaries.query)}`,
    `${portalUrl()}/an-pham/${encoded(canaries.path)}`,
    `${portalUrl()}/${encoded(canaries.path)}?token=${canaries.token}&pin=${canaries.pin}&ten=${canaries.name}`,
    `${portalUrl()}/dang-nhap/xong?code=${canaries.token}&state=${canaries.token}`,
  ];
  for (const url of urls) {
    const status = await raw(url, {
      "user-agent": canaries.agent,
      cookie: `__Host-lt=${canaries.cookie}`,
      "x-forwarded-for": canaries.agent,
      traceparent: `00-${canaries.trace}-${canaries.trace}-01`,
    });
    assert.ok(status === 200 || (Number(status) >= 300 && Number(status) < 500), `${url}: ${status}`);
  }
  const big = await raw(`${gatewayUrl()}/api/v1/titles`, { "user-agent": canaries.agent.repeat(60_000) });
  assert.ok(big === 431 || big === "broken off", `a user agent of a megabyte: ${big}`);
  const token = await tokenOf("sample-desk");
  const post = (body: string, key: string) =>
    gateway("/api/v1/check-outs", token, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key, library: hanoi.code },
      body,
    });
  assert.equal((await post(`{"cardNumber":"${canaries.json}`, crypto.randomUUID())).status, 400);
  const asked = JSON.stringify({ cardNumber: canaries.name, barcode: ugly(canaries.name) });
  assert.ok((await post(asked, canaries.request)).status >= 400);
  assert.equal((await gateway("/api/v1/me/account", `${token.slice(0, -8)}${canaries.token}`)).status, 401);
});

test("A21: what the services are asked with is in no log either: PIN, card, name, request id, file name, metadata", async () => {
  const desk = { token: await tokenOf("sample-desk"), libraryId: hanoi.code };
  const pin = canaries.pin.slice(0, 8);
  const identity = callsOf("identity", desk);
  await outcomeOf(identity.verifyPin({ libraryId: hanoi.code, cardNumber: canaries.name, pin }));
  const patron = {
    fullName: canaries.name,
    birthDate: "x",
    category: "ADULT",
    cardNumber: "1",
    pin,
    paperSeen: canaries.name,
  };
  await outcomeOf(identity.registerPatron(patron as never));
  await outcomeOf(
    callsOf("circulation", desk).checkOut(
      { cardNumber: canaries.name, barcode: canaries.name, itemId: "", branchId: undefined },
      { requestId: canaries.request },
    ),
  );
  await outcomeOf(
    callsOf("catalogue").search({
      query: canaries.query,
      size: 1,
      after: "",
      facets: [],
      sort: "",
      withoutFacets: true,
    }),
  );
  await imported(hanoi.code, asFile(recordWith("A21", [["245", ["a", ugly(canaries.name)]]])), ugly(canaries.file));
  await imported(hanoi.code, asFile(recordWith("A21", [["245", ["a", "x"]]], "d")), "a21.mrc");

  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${canaries.token}.${canaries.token}.${canaries.token}`);
  metadata.set("library", canaries.name);
  metadata.set("request-id", canaries.request);
  metadata.set("traceparent", `00-${canaries.trace}-x-01`);
  metadata.set("canary-bin", Buffer.from(canaries.agent));
  const channel = new Client(addressOf("circulation"), credentials.createInsecure());
  const bytes = (buffer: Buffer) => buffer;
  const code = await new Promise<number>((resolve) =>
    channel.makeUnaryRequest(
      "/lienthong.circulation.v1.CirculationService/MyAccount",
      bytes,
      bytes,
      Buffer.from(canaries.json),
      metadata,
      { deadline: Date.now() + 5_000 },
      (error) => resolve(error?.code ?? 0),
    ),
  );
  channel.close();
  assert.notEqual(code, 0);
});

// The longest thing that a line may say is an error with its causes.
const lineBytesMax = 32 * 1024;

test("A21: the logs hold one line of JSON for each thing that happened, none of a secret, none without end", async () => {
  // A question that is answered after all of these stands in the log when they do.
  await gateway("/api/v1/libraries");
  const gate = logs.find(({ name }) => name === "gateway")!;
  await until(async () => (await written(gate.file)).includes('"GET /api/v1/libraries"'));
  let lines = 0;
  for (const { name, file } of logs) {
    const text = await written(file);
    for (const line of text.split("\n").slice(0, -1)) {
      lines += 1;
      const said = JSON.parse(line) as { service?: string; forged?: unknown };
      assert.equal(said.service, name, line.slice(0, 300));
      assert.equal(said.forged, undefined);
      assert.ok(Buffer.byteLength(line) <= lineBytesMax, `a line of ${Buffer.byteLength(line)} bytes`);
      // oxlint-disable-next-line no-control-regex -- these are what is looked for
      assert.doesNotMatch(line, /[\u0000-\u001f\u007f]/, "escapes stay escaped");
    }
    const found = Object.entries(canaries).filter(([, word]) => text.includes(word));
    assert.deepEqual(found, [], `${name}.log`);
  }
  assert.ok(lines >= 20, `${lines} lines were looked at`);
});

test("A21: traces say none of it either", async () => {
  const text = await written(told("SPANS_FILE"));
  const found = Object.entries(canaries).filter(([, word]) => text.includes(word));
  assert.deepEqual(found, []);
  for (const line of text.split("\n").slice(0, -1)) assert.ok(Buffer.byteLength(line) <= lineBytesMax);
});

test("A21: the parts' own logs hold no PIN and no token", async () => {
  for (const file of await readdir(told("LOG_FOLDER"))) {
    const at = join(told("LOG_FOLDER"), file);
    if (!begun.has(at)) begun.set(at, Math.max(0, (await sizeOf(at)) - 1_000_000));
    const text = await written(at);
    const secret = [canaries.pin, canaries.pin.slice(0, 8), canaries.token].filter((word) => text.includes(word));
    assert.deepEqual(secret, [], file);
  }
});
