import pg from "pg";
import { readMarc } from "@lienthong/marc/read.ts";
import { drive } from "./load.ts";
import { type MadeCatalogue, recordOf } from "./made-catalogue.ts";
import type { BenchPlatform } from "./platform.ts";
import { toIso2709 } from "@lienthong/marc/write.ts";

// As many as the reference measured with; larger ones are not faster.
const batchRows = 1_000;
const bothCores = 2;
const recordsMade = 4_000;
// Different ones: words that come again and again are indexed for nearly nothing.
const documentsMax = 20_000;

/** The bare stages of an import: what the parts alone can take in a second, with two clients each. */
export type BareCatalogue = {
  /** Rows a second: bytes and parsed records into one table, by unnest. */
  insert(seconds: number): Promise<number>;
  /** Documents a second by `_bulk` into an empty index of the same mapping, with refresh off. */
  bulk(seconds: number): Promise<number>;
  close(): Promise<void>;
};

/** Opens the bare stages beside a running platform, with as many documents of its index as they write again and again. */
export async function bareCatalogue(platform: BenchPlatform): Promise<BareCatalogue> {
  const url = new URL(platform.postgres.url);
  url.password = platform.postgres.password;
  const pool = new pg.Pool({ connectionString: url.href, max: bothCores });
  const records = await madeRows();
  const documents = await documentsOf(platform, documentsMax);
  const index = "bare-catalogue";
  let written = 0;
  return {
    async insert(seconds) {
      await pool.query(
        "drop table if exists bare_record; create table bare_record (id text, bytes bytea, content jsonb)",
      );
      const { perSecond } = await drive(bothCores, seconds, async (n) => {
        const some = Array.from({ length: batchRows }, (_, at) => records[(n * batchRows + at) % records.length]!);
        await pool.query("insert into bare_record select * from unnest($1::text[], $2::bytea[], $3::jsonb[])", [
          some.map(({ id }) => `${n}-${id}`),
          some.map(({ bytes }) => bytes),
          some.map(({ content }) => content),
        ]);
      });
      await pool.query("drop table bare_record");
      return perSecond * batchRows;
    },
    async bulk(seconds) {
      await emptyIndex(platform, index);
      const { perSecond } = await drive(bothCores, seconds, async (n) => {
        const some = Array.from({ length: batchRows }, (_, at) => documents[(n * batchRows + at) % documents.length]!);
        const lines = some.flatMap((source) => [`{"index":{"_id":"${(written += 1)}"}}`, source]);
        await ask(platform, "POST", `/${index}/_bulk`, `${lines.join("\n")}\n`, "application/x-ndjson");
      });
      await ask(platform, "DELETE", `/${index}`);
      return perSecond * batchRows;
    },
    async close() {
      await pool.end();
    },
  };
}

/** An index laid out as the platform's own, that shows nothing until it is asked to. */
async function emptyIndex(platform: BenchPlatform, index: string): Promise<void> {
  const live = Object.values(await ask<Record<string, { mappings: object }>>(platform, "GET", "/titles/_mapping"));
  await ask(platform, "DELETE", `/${index}?ignore_unavailable=true`);
  const settings = { number_of_shards: 1, number_of_replicas: 0, refresh_interval: "-1" };
  await ask(
    platform,
    "PUT",
    `/${index}`,
    JSON.stringify({ settings: { index: settings }, mappings: live[0]?.mappings }),
  );
}

/** Documents of the platform's own index, as their bytes. */
async function documentsOf(platform: BenchPlatform, most: number): Promise<string[]> {
  type Found = { hits: { hits: { _source: object; sort: unknown[] }[] } };
  const documents: string[] = [];
  let after: unknown[] | undefined;
  while (documents.length < most) {
    const body = { size: batchRows, sort: [{ id: "asc" }], ...(after ? { search_after: after } : {}) };
    const { hits } = (await ask<Found>(platform, "POST", "/titles/_search", JSON.stringify(body))).hits;
    documents.push(...hits.map(({ _source }) => JSON.stringify(_source)));
    after = hits.at(-1)?.sort;
    if (hits.length < batchRows) break;
  }
  if (documents.length === 0) throw new Error("The index holds no documents to compare with");
  return documents;
}

/** Asks the search server without the platform between. */
export async function ask<Reply>(
  platform: BenchPlatform,
  method: string,
  path: string,
  body?: string,
  type = "application/json",
): Promise<Reply> {
  const reply = await fetch(`${platform.openSearch.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body, headers: { "content-type": type } }),
  });
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${(await reply.text()).slice(0, 300)}`);
  return (await reply.json()) as Reply;
}

async function madeRows(): Promise<{ id: string; bytes: Buffer; content: string }[]> {
  const made: MadeCatalogue = { seed: 6, editions: recordsMade, libraries: 60 };
  const rows = [];
  for (let n = 0; n < recordsMade; n += 1) {
    const bytes = Buffer.from(toIso2709(recordOf(made, 0, n, "Z")));
    for await (const read of readMarc(one(bytes))) {
      if (read.ok) rows.push({ id: String(n), bytes, content: JSON.stringify(read.record) });
    }
  }
  return rows;
}

async function* one(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
