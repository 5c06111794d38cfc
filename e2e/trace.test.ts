import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { until } from "@lienthong/testing/until.ts";
import { sampleLibraries } from "../deploy/sample-world/libraries.ts";
import { openApi } from "./api.ts";
import { asAReader } from "./as-a-reader.ts";
import { atTheDesk } from "./at-the-desk.ts";
import { openBrowser, openScreen } from "./browser.ts";
import type { Look } from "./look.ts";
import { bringHome } from "./set-the-stage.ts";
import { signInTo } from "./sign-in.ts";
import { surroundingsOfTests, told } from "./surroundings.ts";

type Span = { service: string; name: string; kind: string; trace: string; id: string; parent?: string };

const quietly: Look = () => Promise.resolve();
const [hanoi] = sampleLibraries;
assert.ok(hanoi);
const [, reader] = hanoi.readers;
assert.ok(reader);
const book = { words: "bi vo", title: "Bỉ vỏ" };

test("a hold is one trace from the page to the services, and its capture goes on to those who hear of it", async (t) => {
  const browser = await openBrowser();
  t.after(() => browser.close());
  const surroundings = await surroundingsOfTests();
  const { portalUrl, password } = surroundings;
  const phone = await (await openScreen(browser, 360)).newPage();
  const desk = await (await openScreen(browser, 1280)).newPage();
  const api = openApi(surroundings);
  await bringHome(api, book);
  const begun = (await spans()).length;

  const her = asAReader(phone, portalUrl, quietly);
  await her.open((await her.find(book.words, book.title)).first());
  await her.hold({ typed: "ha dong", name: "Cơ sở Hà Đông" }, { username: reader.username, password });
  await signInTo(desk, `${portalUrl}/quay/lay-sach`, hanoi.librarian.username, password);
  const barcode = await atTheDesk(desk, portalUrl, quietly).toPick(book.title);
  await atTheDesk(desk, portalUrl, quietly).pick(barcode, "Cơ sở Hà Đông");
  await her.cancelHold(book.title);
  await bringHome(api, book);

  const since = async () => (await spans()).slice(begun);
  const placed = await until(
    async () => traceOf(await since(), "POST /dat-muon/:id/dat"),
    (trace) => trace.length > 0,
  );
  assert.deepEqual(
    wayTo(placed, ({ service, name }) => service === "circulation" && name === "transaction"),
    [
      "portal POST /dat-muon/:id/dat",
      "portal call /lienthong.circulation.v1.CirculationService/PlaceHold",
      "circulation answer placeHold",
      "circulation transaction",
    ],
  );
  const captured = await until(
    async () => traceOf(await since(), "POST /quay/lay-sach/quet"),
    (trace) => trace.some(({ service }) => service === "catalogue"),
  );
  assert.deepEqual(
    wayTo(captured, ({ service }) => service === "catalogue"),
    [
      "portal POST /quay/lay-sach/quet",
      "portal call /lienthong.circulation.v1.CirculationService/CheckIn",
      "circulation answer checkIn",
      "circulation transaction",
      "catalogue hear ItemAvailabilityChanged",
    ],
  );
  for (const trace of [placed, captured]) {
    const ids = new Set(trace.map(({ id }) => id));
    const begins = trace.filter(({ parent }) => parent === undefined || !ids.has(parent));
    assert.equal(begins.length, 1, "every span but the first hangs on another of its trace");
  }
});

test("no span says who somebody is, what they typed or what they hold", async () => {
  const said = await readFile(told("SPANS_FILE"), "utf8");
  const people = sampleLibraries.flatMap(({ librarian, readers }) => [librarian, ...readers]);
  const secrets = [
    ...people.flatMap(({ name, username }) => [name, username]),
    ...sampleLibraries.flatMap(({ readers }) => readers.map(({ card }) => card)),
    (await surroundingsOfTests()).password,
    book.title,
    encodeURIComponent(book.words),
    book.words.replaceAll(" ", "+"),
  ];
  assert.deepEqual(
    secrets.filter((secret) => said.includes(secret)),
    [],
  );
});

async function spans(): Promise<Span[]> {
  const lines = (await readFile(told("SPANS_FILE"), "utf8")).split("\n");
  // The last line may be half written.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Span);
}

/** All spans of the trace that a request of this route began; empty as long as it has not ended. */
function traceOf(all: Span[], route: string): Span[] {
  const trace = all.find(({ name }) => name === route)?.trace;
  return all.filter((span) => span.trace === trace);
}

/** The spans from the begin of the trace to the one that is meant, each named with its service. */
function wayTo(trace: Span[], meant: (span: Span) => boolean): string[] {
  const way: string[] = [];
  for (let span = trace.find(meant); span; span = trace.find(({ id }) => id === span?.parent))
    way.unshift(`${span.service} ${span.name}`);
  return way;
}
