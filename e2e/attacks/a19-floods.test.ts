import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { Worker } from "node:worker_threads";
import { Client, credentials, Metadata, status } from "@grpc/grpc-js";
import { until } from "@lienthong/testing/until.ts";
import { tokenOf } from "./people.ts";
import {
  addressOf,
  callsOf,
  closeChannels,
  figureOf,
  gateway,
  gatewayUrl,
  portalUrl,
  type ProcessName,
  rpcServices,
} from "./platform.ts";
import type { Flood } from "./flood.ts";
import { hanoi } from "./stage.ts";

after(closeChannels);

// What a process holds after a flood, above what it held before. Pages that were once taken for it V8 keeps a while: they are
// bounded too, and a second flood takes no more of them: 0 to 90 MiB at the services, up to 222 at the portal.
const heldMiBMax = 50;
const takenMiBMax = 300;
type Memory = { held: number; taken: number };
async function memoryOf(name: ProcessName): Promise<Memory> {
  const figures = ["nodejs_heap_size_used_bytes", "nodejs_external_memory_bytes", "process_resident_memory_bytes"];
  const [heap = 0, external = 0, taken = 0] = await Promise.all(figures.map((figure) => figureOf(name, figure)));
  return { held: (heap + external) / 2 ** 20, taken: taken / 2 ** 20 };
}

/** Waits until a process has let go of what a flood has made it hold; honest questions make it collect. */
async function letGo(name: ProcessName, before: Memory, ask: () => Promise<unknown>): Promise<Memory> {
  const look = async () => {
    for (let n = 0; n < 20; n += 1) await ask();
    return memoryOf(name);
  };
  const now = await until(look, ({ held }) => held - before.held <= heldMiBMax, 60_000);
  assert.ok(now.taken - before.taken <= takenMiBMax, `${name} took ${now.taken - before.taken} MiB more`);
  return now;
}

/** A call of each service: what comes without a token is served, or told that it needs one. */
const paths = {
  identity: "/lienthong.identity.v1.IdentityService/ListLibraries",
  catalogue: "/lienthong.catalogue.v1.CatalogueService/Search",
  circulation: "/lienthong.circulation.v1.CirculationService/MyAccount",
};

/** Lets a thread flood a port. @returns how the other end took it */
function flooding(flood: Flood): Promise<string> {
  const worker = new Worker(join(import.meta.dirname, "flood.ts"), { workerData: flood });
  return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
}

/** How long somebody else's question takes in milliseconds: the middle, which a busy machine moves less, and the 95th of a hundred. */
async function waiting(
  ask: () => Promise<unknown>,
  until?: Promise<unknown>,
): Promise<{ middle: number; p95: number }> {
  const took: number[] = [];
  let over = until === undefined;
  void until?.then(() => (over = true));
  for (let n = 0; n < 30 || (!over && n < 300); n += 1) {
    const begun = performance.now();
    await ask();
    took.push(performance.now() - begun);
  }
  took.sort((a, b) => a - b);
  return { middle: took[Math.floor(took.length / 2)]!, p95: took[Math.floor(took.length * 0.95)]! };
}

/** What a flood may do to others: twice their usual waiting; under a tenth of a second nobody notices it. */
const bearable = (usual: { middle: number }) => Math.max(2 * usual.middle, 100);

const shown = ({ middle, p95 }: { middle: number; p95: number }) => `${middle.toFixed(1)}/${p95.toFixed(1)}`;
const portOf = (address: string) => Number(address.split(":").at(-1));

/** Floods of a service's own port, each with how much of it and how it must be taken. */
const kinds: [kind: Flood["kind"], count: number, taken: RegExp][] = [
  ["headers without end", 2_000, /^closed$/],
  ["streams opened and reset", 10_000, /^closed$/],
  ["pings", 100_000, /^(closed|served)$/],
  ["settings", 100_000, /^(closed|served)$/],
  ["empty frames of data", 100_000, /^(closed|served)$/],
  ["streams at once", 10_000, /^(closed|\{.*"(8|16)":.*\})$/],
  ["answers that nobody reads", 100, /^(closed|\{.*\})$/],
  ["huge metadata", 50, /^(closed|\{"(8|error)":50\})$/],
];

for (const name of rpcServices) {
  test(`A19: ${name} stands every flood of its port: it closes or refuses, keeps its memory, and others go on`, async (t) => {
    const port = portOf(addressOf(name));
    const token = await tokenOf("sample-desk");
    const asks = {
      identity: () => callsOf("identity").getLibrary({ code: hanoi.code, on: "" }),
      catalogue: () => callsOf("catalogue").getTitle({ id: "u00000000000000000000" }),
      circulation: () => callsOf("circulation", { token, libraryId: hanoi.code }).listPolicies({ libraryId: "" }),
    };
    // Whatever is answered: it is the waiting that counts.
    const ask = () => asks[name]().catch(() => undefined);
    // What a process takes for its first thousands of calls it keeps for the next.
    await flooding({ kind: "streams at once", port, count: 5_000, token, path: paths[name] });
    const usual = await waiting(ask);
    const memory = await memoryOf(name);
    for (const [kind, count, taken] of kinds) {
      const flood = flooding({ kind, port, count, token, path: paths[name] });
      const meanwhile = await waiting(ask, flood);
      const outcome = await flood;
      assert.match(outcome, taken, `${kind}: ${outcome}`);
      t.diagnostic(`${kind}: ${outcome.slice(0, 60)}; others ${shown(usual)} → ${shown(meanwhile)} ms`);
      assert.ok(
        meanwhile.middle <= bearable(usual),
        `${kind}: others waited ${shown(meanwhile)} ms, usually ${shown(usual)} ms`,
      );
    }
    const now = await letGo(name, memory, ask);
    t.diagnostic(
      `held ${memory.held.toFixed(0)} → ${now.held.toFixed(0)} MiB, taken ${memory.taken.toFixed(0)} → ${now.taken.toFixed(0)} MiB`,
    );
  });
}

test("A19: a message of five megabytes, and metadata beyond eight kilobytes, are refused before they are looked at", async () => {
  const token = await tokenOf("sample-desk");
  for (const name of rpcServices) {
    const channel = new Client(addressOf(name), credentials.createInsecure());
    const path = paths[name];
    const send = (bytes: number, metadataBytes: number) => {
      const metadata = new Metadata();
      metadata.set("authorization", `Bearer ${token}`);
      if (metadataBytes > 0) metadata.set("x-filling", "x".repeat(metadataBytes));
      const same = (buffer: Buffer) => buffer;
      const options = { deadline: Date.now() + 10_000 };
      return new Promise<status>((resolve) =>
        channel.makeUnaryRequest(path, same, same, Buffer.alloc(bytes), metadata, options, (error) =>
          resolve(error?.code ?? status.OK),
        ),
      );
    };
    assert.equal(await send(5 * 2 ** 20, 0), status.RESOURCE_EXHAUSTED, name);
    assert.equal(await send(0, 9_000), status.RESOURCE_EXHAUSTED, name);
    // An honest question on the same connection is answered by its own rule.
    assert.notEqual(await send(0, 0), status.RESOURCE_EXHAUSTED, name);
    channel.close();
  }
});

test("A19: two thousand questions at once are answered or told to come again, none is lost, and a desk is served meanwhile", async (t) => {
  const search = { query: "truyen", size: 20, after: "", facets: [], sort: "", withoutFacets: false };
  const { search: ask } = callsOf("catalogue", { deadlineMs: 30_000 });
  const answers = await Promise.all(
    Array.from({ length: 2_000 }, () =>
      ask(search).then(
        () => "answered",
        (error: { kind?: string }) => error.kind ?? String(error),
      ),
    ),
  );
  const by = Object.fromEntries(
    Map.groupBy(answers, (one) => one)
      .entries()
      .map(([one, all]) => [one, all.length]),
  );
  t.diagnostic(JSON.stringify(by));
  assert.deepEqual(
    Object.keys(by).filter((one) => !["answered", "busy", "unavailable", "too-late"].includes(one)),
    [],
  );
  assert.ok((by.answered ?? 0) > 0);
  assert.equal(await ask(search).then(() => "answered"), "answered", "and afterwards all is as before");
});

test("A19: half requests, rows of requests, large headers and bodies do not keep the gateway or the portal from others", async (t) => {
  for (const [name, url] of [
    ["gateway", gatewayUrl()],
    ["portal", portalUrl()],
  ] as const) {
    const port = Number(new URL(url).port);
    const ask = async () => void (await (await fetch(`${url}/healthz`)).text());
    const usual = await waiting(ask);
    const memory = await memoryOf(name);
    for (const [kind, count] of [
      ["half a request", 200],
      ["requests in a row", 5_000],
    ] as const) {
      const flood = Promise.all(
        Array.from({ length: kind === "half a request" ? 4 : 1 }, () =>
          flooding({ kind, port, count, token: "", path: "/" }),
        ),
      );
      const meanwhile = await waiting(ask, flood);
      t.diagnostic(`${name}, ${kind}: ${(await flood)[0]}; others ${shown(usual)} → ${shown(meanwhile)} ms`);
      assert.ok(
        meanwhile.middle <= bearable(usual),
        `${kind}: others waited ${shown(meanwhile)} ms, usually ${shown(usual)} ms`,
      );
    }
    const large = await fetch(url, { headers: { "x-large": "x".repeat(100_000) } }).then(
      ({ status: code }) => code,
      () => 431,
    );
    assert.equal(large, 431);
    const now = await letGo(name, memory, ask);
    t.diagnostic(
      `${name}: held ${memory.held.toFixed(0)} → ${now.held.toFixed(0)} MiB, taken ${memory.taken.toFixed(0)} → ${now.taken.toFixed(0)} MiB`,
    );
  }
  const body = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ a: "x".repeat(2 ** 21) }),
  };
  const refused = await gateway("/api/v1/check-ins", await tokenOf("sample-desk"), body).then(
    ({ status: code }) => code,
    () => 413,
  );
  assert.equal(refused, 413);
  assert.equal((await gateway("/api/v1/libraries")).status, 200);
});
