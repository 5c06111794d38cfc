import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { streamOf } from "@lienthong/bus/event.ts";
import { absent } from "@lienthong/bus/stream.ts";
import { type Evidence, Unreadable } from "./evidence.ts";
import type { Invariant } from "./invariant.ts";
import { type Finder, finderOf } from "./needles.ts";
import { readStream } from "./read-stream.ts";
import { searched } from "./search.ts";

/** Where a reader's name, card, contacts and papers belong. */
const owner = "identity";

/**
 * Made readers with values that nobody can guess are planted in identity and used like any other; then everything that is
 * not identity's database is searched for these values. Without canaries there is nothing to search for.
 */
export const readersWordsStay: Invariant = {
  id: "I5",
  promises: "A reader's name, card number and contacts are in identity's database and nowhere else.",
  lacks: ({ canaries }) => (canaries.length === 0 ? "no made readers' values to look for were given" : undefined),
  async *violations(evidence) {
    const finder = finderOf(evidence.canaries);
    for (const service of evidence.services.filter((name) => name !== owner))
      yield* inDatabase(evidence, service, finder);
    yield* inStreams(evidence, finder);
    if (evidence.where.search) yield* inIndex(evidence, finder);
    for (const place of evidence.where.traces?.files ?? []) yield* inFiles(place, finder);
    for (const page of evidence.where.traces?.pages ?? []) yield* inPage(page, finder);
  },
};

/** Names each canary once in a place, by its number: what it says is written into no log. */
function* once(place: string, found: Iterable<number>, named: Set<number>): Generator<string> {
  for (const canary of found) {
    if (named.has(canary)) continue;
    named.add(canary);
    yield `${place}:canary-${canary}`;
  }
}

type Table = { name: string; blocks: number };

// Rows are read by where they lie, which needs no key and keeps no transaction open; some hundred rows at a time.
const blocksAtOnce = 16;

async function* inDatabase(evidence: Evidence, service: string, finder: Finder): AsyncGenerator<string> {
  const tables = await evidence.rows<Table>(
    service,
    `select oid::regclass::text as name, (pg_relation_size(oid) / current_setting('block_size')::int)::int as blocks
     from pg_class where relkind in ('r', 'm') and relnamespace::regnamespace::text !~ '^pg_|^information_schema$'
     order by 1`,
  );
  for (const { name, blocks } of tables) {
    const named = new Set<number>();
    for (let block = 0; block < blocks; block += blocksAtOnce) {
      const rows = await evidence.rows<{ said: string }>(
        service,
        `select looked_at::text as said from ${name} looked_at where ctid >= $1::tid and ctid < $2::tid`,
        [`(${block},0)`, `(${block + blocksAtOnce},0)`],
      );
      yield* once(
        `${service}:${name}`,
        rows.flatMap(({ said }) => finder.in(said)),
        named,
      );
    }
  }
}

async function* inStreams(evidence: Evidence, finder: Finder): AsyncGenerator<string> {
  const bus = await evidence.bus();
  for (const service of evidence.services) {
    const stream = streamOf(service);
    if (!(await bus.manage.streams.info(stream).catch(absent))) continue;
    const found = new Set<number>();
    await readStream(evidence, bus, stream, { headersOnly: false }, (message) => {
      const headers = [...(message.headers ?? [])].flat(2).join("\n");
      for (const canary of finder.in(`${message.subject}\n${headers}\n${Buffer.from(message.data).toString("utf8")}`))
        found.add(canary);
    });
    yield* once(`stream ${stream}`, found, new Set());
  }
}

const documentsAtOnce = 500;

async function* inIndex(evidence: Evidence, finder: Finder): AsyncGenerator<string> {
  const named = new Set<number>();
  for (let after: unknown[] | undefined; ; ) {
    const hits = await searched<object>(evidence, {
      size: documentsAtOnce,
      sort: [{ id: "asc" }],
      ...(after && { search_after: after }),
    });
    if (hits.length === 0) return;
    yield* once(
      "index",
      hits.flatMap(({ _source }) => finder.in(JSON.stringify(_source))),
      named,
    );
    after = hits.at(-1)?.sort;
  }
}

/** A file, or all files of a folder. */
async function* inFiles(place: string, finder: Finder): AsyncGenerator<string> {
  const known = await stat(place).catch((cause: unknown) => {
    throw new Unreadable(`${place} could not be read`, { cause });
  });
  if (known.isDirectory()) {
    for (const name of (await readdir(place)).sort()) yield* inFiles(join(place, name), finder);
    return;
  }
  const named = new Set<number>();
  let before = "";
  for await (const piece of createReadStream(place, { encoding: "utf8", highWaterMark: 1 << 20 })) {
    const text = before + String(piece);
    yield* once(place, finder.in(text), named);
    before = text.slice(-finder.longest);
  }
}

async function* inPage(address: string, finder: Finder): AsyncGenerator<string> {
  const text = await fetch(address, { signal: AbortSignal.timeout(10_000) })
    .then((response) => response.text())
    .catch((cause: unknown) => {
      throw new Unreadable(`${address} could not be read`, { cause });
    });
  yield* once(address, finder.in(text), new Set());
}
