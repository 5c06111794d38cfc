import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileBytes, importFile } from "../../deploy/sample-world/import-file.ts";
import pg from "pg";
import { type MadeCatalogue, writeFileOf } from "./made-catalogue.ts";
import type { BenchPlatform } from "./platform.ts";

/** Libraries of the sample world, for which files are imported. */
export const libraryIds = ["VN-000001P", "VN-7K2M4QW", "VN-5H8N3C5"];

/** Catalogue as a measurement sees it: its doors, and its database to know when it is done. */
export type CatalogueStage = {
  /** Writes files of made records, one a library, and says how many records they hold. */
  files(made: MadeCatalogue, recordsOfEachMax: number): Promise<{ paths: string[]; records: number }>;
  /** Imports files some at a time, one a library, and waits until all is in rows, published and searchable. */
  take(paths: string[], ids?: readonly string[]): Promise<void>;
  /** Waits until the other services have heard everything, so that nothing of before runs beside the next measurement. */
  quiet(): Promise<void>;
  /** Rows of catalogue's database, as the superuser. */
  rows<Row extends pg.QueryResultRow>(statement: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
};

/** Opens the stage on a running platform. */
export async function catalogueStage(platform: BenchPlatform): Promise<CatalogueStage> {
  const pools = new Map<string, pg.Pool>();
  const of = (database: string) => {
    const url = new URL(platform.postgres.url);
    url.pathname = `/${database}`;
    url.password = platform.postgres.password;
    const pool = pools.get(database) ?? new pg.Pool({ connectionString: url.href, max: 4 });
    pools.set(database, pool);
    return pool;
  };
  const count = async (database: string, statement: string) =>
    Number((await of(database).query<{ n: string }>(statement)).rows[0]?.n ?? 0);
  let turn = 0;
  return {
    async files(made, recordsOfEachMax) {
      const prefix = `B${made.seed}-`;
      const paths = libraryIds.map((id) => join(platform.folder, `${prefix}${id}.mrc`));
      let records = 0;
      for (const [library, path] of paths.entries())
        records += await writeFileOf(made, library, prefix, path, recordsOfEachMax);
      return { paths, records };
    },
    async take(paths, ids = libraryIds) {
      turn += 1;
      const next = paths.entries();
      const taking = Array.from({ length: atOnce }, async () => {
        for (const [at, path] of next) {
          const id = ids[at % ids.length] ?? "";
          const ended = await importFile(platform.doors, id, `${Date.now()}-${turn}-${at}.mrc`, fileBytes(path));
          if (typeof ended === "string" || ended.quarantined > 0n)
            throw new Error(`${path} was not taken whole: ${typeof ended === "string" ? ended : ended.quarantined}`);
        }
      });
      await Promise.all(taking);
      await done(() => count("catalogue", waiting));
    },
    async quiet() {
      await done(() => count("catalogue", "select count(*) as n from record_to_compare"), slowly);
      for (const table of ["item", "record", "title"]) {
        const known = await count("catalogue", `select count(*) as n from ${table}`);
        await done(async () => known - (await count("circulation", `select count(*) as n from ${table}`)), slowly);
      }
    },
    rows: async (statement, values) => (await of("catalogue").query(statement, values)).rows,
    async close() {
      for (const pool of pools.values()) await pool.end();
    },
  };
}

// One more than are worked on at a time, so that none of the workers waits for a file.
const atOnce = 3;

// Looking must cost nothing, however long the queues are.
const waiting = `
  select (exists (select from title_to_index) or exists (select from title_to_mark) or exists (select from outbox))::int as n`;

const slowly = 2_000;

/** Waits until nothing is left, looking often enough to be exact to some hundredths of a second. */
export async function done(left: () => Promise<number>, everyMs = 20): Promise<void> {
  while ((await left()) > 0) await pause(everyMs);
}
