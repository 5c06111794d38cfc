import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LibraryKind, LibraryLevel } from "@lienthong/proto/identity/v1/library.ts";
import { letProgramsWork, register } from "../../deploy/sample-world/register.ts";
import { ask } from "./bare-catalogue.ts";
import { type CatalogueStage, libraryIds } from "./catalogue-stage.ts";
import { drive, percentile } from "./load.ts";
import { processesBelow } from "./machine.ts";
import { type MadeCatalogue, writeFileOf } from "./made-catalogue.ts";
import type { BenchPlatform } from "./platform.ts";
import { ourSearch, searchFor, twoWords } from "./search-stage.ts";

const libraries = 40;
// Of an edition forty libraries have so many records on average.
const recordsOfEdition = 1.6;

/** The made catalogue of all curves, as large as it is asked to be. */
export const growing = (editions: number, begin = 0): MadeCatalogue => ({ seed: 11, editions, begin, libraries });

/** How far a curve goes: up to a million records, or to what GROWTH_RECORDS says; two points at least, or there is no curve. */
export function sizes(): number[] {
  const most = Number(process.env.GROWTH_RECORDS ?? 1_000_000);
  const reached = [20_000, 200_000, 1_000_000].filter((size) => size <= most);
  if (reached.length < 2) throw new Error(`GROWTH_RECORDS is ${most}: a curve needs 200,000 at least`);
  return reached;
}

/** Whether a curve was taken here before: its records would only be read again. */
export async function hasGrown(stage: CatalogueStage): Promise<boolean> {
  const prefix = prefixOf(sizes()[0] ?? 0);
  const [row] = await stage.rows<{ found: boolean }>(
    "select exists (select from record where starts_with(control_number, $1)) as found",
    [prefix],
  );
  return row?.found ?? false;
}

const prefixOf = (size: number) => `G${size}-`;

/** Registers the libraries that a growing catalogue belongs to. */
export async function registerLibraries(platform: BenchPlatform): Promise<string[]> {
  const ids = [...libraryIds];
  for (let n = ids.length; n < libraries; n += 1) {
    const name = `Thư viện đo ${n}`;
    const province = ["01", "46", "48", "79"][n % 4] ?? "01";
    const id = await register(platform.doors, {
      ...{ code: "", name, kind: LibraryKind.PUBLIC, level: LibraryLevel.PROVINCE, province },
      altIds: [{ scheme: "bench", value: `GROW${String(n).padStart(4, "0")}` }],
      branches: [{ name, commune: "", address: "" }],
    });
    await letProgramsWork(platform.doors, id);
    ids.push(id);
  }
  return ids;
}

/**
 * Lets the catalogue grow to about so many records from where it is.
 * @returns how many came, and how long it took until all were rows, events and found by search
 */
export async function grow(
  platform: BenchPlatform,
  stage: CatalogueStage,
  ids: readonly string[],
  from: number,
  to: number,
): Promise<{ records: number; seconds: number }> {
  const made = growing(Math.round(to / recordsOfEdition), Math.round(from / recordsOfEdition));
  const paths: string[] = [];
  let records = 0;
  for (const library of ids.keys()) {
    const path = join(platform.folder, `grow-${to}-${library}.mrc`);
    records += await writeFileOf(made, library, prefixOf(to), path);
    paths.push(path);
  }
  const started = performance.now();
  await stage.take(paths, ids);
  const seconds = (performance.now() - started) / 1000;
  for (const path of paths) rmSync(path);
  return { records, seconds };
}

export type Searched = { p50: number; p95: number };

/** Searches for two words of titles, two readers at a time. */
export async function searched(
  platform: BenchPlatform,
  editions: number,
  seconds: number,
  withoutFacets: boolean,
): Promise<Searched> {
  const search = ourSearch(platform);
  const made = growing(editions);
  const { ms } = await drive(2, seconds, (n) => search(searchFor(twoWords(made, n), withoutFacets)));
  return { p50: percentile(ms, 0.5), p95: percentile(ms, 0.95) };
}

/** What the catalogue weighs now. */
export async function weight(platform: BenchPlatform, stage: CatalogueStage): Promise<Record<string, string>> {
  const [database] = await stage.rows<{ bytes: string }>("select pg_database_size('catalogue') as bytes");
  const index = await ask<{ _all: { total: { store: { size_in_bytes: number } } } }>(platform, "GET", "/titles/_stats");
  return {
    database: inMiB(Number(database?.bytes)),
    index: inMiB(index._all.total.store.size_in_bytes),
    "catalogue's memory": inMiB(residentBytes(platform.root, "services/catalogue/main.ts")),
  };
}

const inMiB = (bytes: number) => `${Math.round(bytes / 2 ** 20).toLocaleString("en")} MiB`;

/** Resident bytes of the process below the platform whose command names this. */
function residentBytes(root: number, named: string): number {
  for (const pid of processesBelow([root])) {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    if (!command.includes(named)) continue;
    const [, kibibytes = "0"] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kibibytes) * 1024;
  }
  return 0;
}
