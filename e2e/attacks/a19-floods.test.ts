import assert from "node:assert/strict";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
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

const grownBy = (before: Memory, now: Memory) =>
  `held ${before.held.toFixed(0)} → ${now.held.toFixed(0)} MiB, taken ${before.taken.toFixed(0)} → ${now.taken.toFixed(0)} MiB`;

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

const askedMeanwhile = 40;

/** How long somebody else's question takes in milliseconds: the middle of forty, which a busy machine moves less, and the 95th. */
async function waiting(ask: () => Promise<unknown>): Promise<Waiting> {
  const took: number[] = [];
  while (took.length < askedMeanwhile) {
    const begun = performance.now();
    await ask();
    took.push(performance.now() - begun);
  }
  took.sort((a, b) => a - b);
  return { middle: took[Math.floor(took.length / 2)]!, p95: took[Math.floor(took.length * 0.95)]! };
}
type Waiting = { middle: number; p95: number };

/** What a flood came to: how the other end took it, how long others waited meanwhile, and the most memory it took. */
type Flooded = { outcomes: string[]; others: Waiting; peak: number };

/** Lets threads flood a port for as long as it takes others to ask forty times. */
async function flooding(
  name: ProcessName,
  flood: Omit<Flood, "enough">,
  ask: () => Promise<unknown>,
  threads = 1,
): Promise<Flooded> {
  const enough = new Int32Array(new SharedArrayBuffer(4));
  const floods = Array.from({ length: threads }, () => {
    const worker = new Worker(join(import.meta.dirname, "flood.ts"), { workerData: { ...flood, enough } });
    return new Promise<string[]>((resolve, reject) => worker.once("message", resolve).once("error", reject));
  });
  const all = Promise.all(floods);
  const [outcomes, others, peak] = await Promise.all([
    all,
    waiting(ask).finally(() => Atomics.store(enough, 0, 1)),
    peakOf(name, all),
  ]);
  return { outcomes: [...new Set(outcomes.flat())], others, peak };
}

/** The most memory that a process takes while something goes on, as it says itself ten times a second. */
async function peakOf(name: ProcessName, during: Promise<unknown>): Promise<number> {
  const over = during.then(
    () => true,
    () => true,
  );
  let peak = 0;
  do peak = Math.max(peak, (await figureOf(name, "process_resident_memory_bytes")) / 2 ** 20);
  while (!(await Promise.race([over, pause(100, false)])));
  return peak;
}

/**
 * What a flood may do to others: twice their usual waiting, or what a person bears. Streams opened and reset, over and over,
 * keep a service's one thread at work: 140 and 270 ms were seen, of all other floods 18 and 130.
 */
const bearableMs = { middle: 250, p95: 500 };

/** Judges what a flood came to beside how it was before: how it was taken where that is told, others, and memory. */
function bear(t: TestContext, what: string, came: Flooded, before: { usual: Waiting; memory: Memory }, taken?: RegExp) {
  const { outcomes, others, peak } = came;
  const [usual, grown] = [before.usual, peak - before.memory.taken];
  const shown = ({ middle, p95 }: Waiting) => `${middle.toFixed(1)}/${p95.toFixed(1)}`;
  const said = outcomes.map((outcome) => outcome.slice(0, 60)).join(" or ");
  const waited = `others waited ${shown(others)} ms, usually ${shown(usual)} ms`;
  t.diagnostic(`${what}: ${said}; ${waited}; ${grown.toFixed(0)} MiB more at most`);
  for (const outcome of outcomes) if (taken) assert.match(outcome, taken, `${what}: ${outcome}`);
  assert.ok(others.middle <= Math.max(2 * usual.middle, bearableMs.middle), `${what}: ${waited}`);
  assert.ok(others.p95 <= Math.max(2 * usual.p95, bearableMs.p95), `${what}: ${waited}`);
  assert.ok(grown <= takenMiBMax, `${what}: the process took ${grown} MiB more`);
}

const portOf = (address: string) => Number(address.split(":").at(-1));

/**
 * Floods of a service's own port, each with how much of it at once and how it must be taken. Where that is not told the
 * other end may well go on serving: what a frame costs it and others is what counts.
 */
const kinds: [kind: Flood["kind"], count: number, taken?: RegExp][] = [
  ["headers without end", 2_000, /^closed$/],
  ["streams opened and reset", 10_000, /^closed$/],
  ["pings", 100_000],
  ["settings", 100_000],
  ["empty frames of data", 100_000],
  ["streams at once", 10_000, /^(closed|\{.*"(8|16)":.*\})$/],
  ["answers that nobody reads", 100],
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
    const flood = (kind: Flood["kind"], count: number) =>
      flooding(name, { kind, port, count, token, path: paths[name] }, ask);
    // What a process takes for its first thousands of calls it keeps for the next.
    await flood("streams at once", 5_000);
    const before = { usual: await waiting(ask), memory: await memoryOf(name) };
    for (const [kind, count, taken] of kinds) bear(t, kind, await flood(kind, count), before, taken);
    const now = await letGo(name, before.memory, ask);
    t.diagnostic(grownBy(before.memory, now));
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

/** Floods of a public door. A request that comes slowly is waited for; one whose head is too long is not. */
const requests: [kind: Flood["kind"], count: number, threads: number, taken: RegExp][] = [
  ["half a request", 200, 4, /^served$/],
  ["half a request", 10_000, 4, /^closed$/],
  ["requests in a row", 5_000, 1, /^closed$/],
];

test("A19: half requests, rows of requests, large headers and bodies do not keep the gateway or the portal from others", async (t) => {
  for (const [name, url] of [
    ["gateway", gatewayUrl()],
    ["portal", portalUrl()],
  ] as const) {
    const port = Number(new URL(url).port);
    const ask = async () => void (await (await fetch(`${url}/healthz`)).text());
    const before = { usual: await waiting(ask), memory: await memoryOf(name) };
    for (const [kind, count, threads, taken] of requests) {
      const came = await flooding(name, { kind, port, count, token: "", path: "/" }, ask, threads);
      bear(t, `${name}, ${kind} (${count})`, came, before, taken);
    }
    const large = await fetch(url, { headers: { "x-large": "x".repeat(100_000) } }).then(
      ({ status: code }) => code,
      () => 431,
    );
    assert.equal(large, 431);
    const now = await letGo(name, before.memory, ask);
    t.diagnostic(`${name}: ${grownBy(before.memory, now)}`);
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
