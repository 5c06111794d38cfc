import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataField, MarcRecord } from "@lienthong/marc/record.ts";
import { toIso2709 } from "@lienthong/marc/write.ts";
import { ItemAvailabilityChanged } from "@lienthong/proto/circulation/v1/events.ts";
import type { ItemState } from "@lienthong/proto/circulation/v1/states.ts";
import { LibraryChanged } from "@lienthong/proto/identity/v1/events.ts";
import { LibraryKind } from "@lienthong/proto/identity/v1/library.ts";
import {
  type FacetChoice,
  type Import,
  ImportState,
  type QuarantinedRecord,
  type SearchResponse,
  type StartImportRequest,
  type Title,
} from "@lienthong/proto/catalogue/v1/service.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { openLog } from "@lienthong/telemetry/log.ts";
import { parts } from "@lienthong/testing/parts.ts";
import { type RunningService, runService } from "@lienthong/testing/running-service.ts";
import { until } from "@lienthong/testing/until.ts";

/** The union catalogue as a test sees it. */
export type Union = RunningService<"catalogue"> & {
  /** A member library of a province, by its code. */
  aLibrary(code: string, told?: { name?: string; province?: string }): Promise<TestLibrary>;
  nobody(): Promise<Clients["catalogue"]>;
  search(
    query: string,
    more?: { facets?: FacetChoice[]; size?: number; after?: string; sort?: string },
  ): Promise<SearchResponse>;
  /** Waits until no title waits for the index and what was written can be searched. */
  indexed(): Promise<void>;
  /** What circulation says of an item. */
  itemIs(itemId: string, state: ItemState, version?: bigint): Promise<void>;
  /** The records of each title, by source key; titles by their first record. */
  titles(): Promise<string[][]>;
  /** Stops working on jobs, and begins again. */
  pause(): Promise<void>;
  resume(): Promise<void>;
};

export type TestLibrary = {
  id: string;
  cataloguer: Clients["catalogue"];
  manager: Clients["catalogue"];
  /** Gives a file to import; it is queued. */
  gives(file: Uint8Array, name?: string): Promise<Import>;
  /** Imports a file to its end. */
  imports(...records: (MarcRecord | Uint8Array)[]): Promise<Import>;
  ended(importId: string): Promise<Import>;
  quarantine(importId: string): Promise<QuarantinedRecord[]>;
  title(id: string): Promise<Title>;
  /** The mapping of its records: control number to record and title. */
  mapping(): Promise<Map<string, { recordId: string; titleId: string }>>;
};

const folder = join(import.meta.dirname, "..");

// A test may lead the service to it by another address.
const openSearch = parts.openSearch();

/** Runs catalogue for a test, with an index, a folder of uploads and settings of its own. */
export async function aUnion(settings: Record<string, string> = {}): Promise<Union> {
  const uploads = mkdtempSync(join(tmpdir(), "catalogue-"));
  const index = `test-${randomBytes(5).toString("hex")}`;
  Object.assign(process.env, {
    OPENSEARCH_URL: openSearch,
    SEARCH_INDEX: index,
    UPLOAD_FOLDER: uploads,
    ...settings,
  });
  // The settings are read when first asked for: what uses them is loaded after they are set.
  const [{ catalogue }, { permissions }, { startIndexing }, { searchReady }] = await Promise.all([
    import("../service.ts"),
    import("../permissions.ts"),
    import("../search/indexing.ts"),
    import("../search/server.ts"),
  ]);
  const running = await runService("catalogue", catalogue, folder, permissions);
  const log = openLog("catalogue", process.env.LOG_LEVEL ?? "silent");
  const indexing = startIndexing(running.database, log);
  await until(searchReady);
  let stopWorking = await running.works();
  const nobody = () => running.as({ roles: [] });

  const union: Union = {
    ...running,
    nobody,
    async aLibrary(code, told = {}) {
      const { name = `Thư viện ${code}`, province = "01" } = told;
      const provinceName = province === "46" ? "Huế" : "Hà Nội";
      const event = {
        id: code,
        version: 1n << 40n,
        name,
        kind: LibraryKind.PUBLIC,
        province,
        provinceName,
        altIds: [],
      };
      await running.hears(LibraryChanged, { ...event, active: true });
      return aTestLibrary(running, code);
    },
    async search(query, { facets = [], size = 50, after = "", sort = "" } = {}) {
      return (await nobody()).search({ query, size, after, facets, sort, withoutFacets: false });
    },
    async indexed() {
      await until(
        () =>
          running.database.transact(asCatalogue, async (tx) => {
            const statement =
              "select (select count(*) from title_to_index) + (select count(*) from title_to_mark) as n";
            return Number((await tx.client.query<{ n: bigint }>(statement)).rows[0]?.n);
          }),
        (n) => n === 0,
      );
      await fetch(`${openSearch}/${index}/_refresh`, { method: "POST" });
    },
    async itemIs(itemId, state, version = BigInt(Date.now()) << 20n) {
      const event = { id: itemId, version, libraryId: "VN-0000000", state, dueAt: undefined, branchId: "" };
      await running.hears(ItemAvailabilityChanged, event);
    },
    async titles() {
      const found = await running.database.transact(asCatalogue, async (tx) =>
        (
          await tx.client.query<{ keys: string[] }>(
            'select array_agg(source_key order by source_key collate "C") as keys from record where not deleted group by title_id',
          )
        ).rows.map((row) => row.keys),
      );
      return found.sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
    },
    pause: () => stopWorking(),
    async resume() {
      stopWorking = await running.works();
    },
    async stop() {
      await stopWorking();
      await indexing.stop();
      await running.stop();
      await fetch(`${openSearch}/${index}-*?expand_wildcards=all`, { method: "DELETE" });
      rmSync(uploads, { recursive: true, force: true });
    },
  };
  return union;
}

/** Catalogue's own actor, which sees all rows. */
export const asCatalogue = {
  kind: "service" as const,
  id: "catalogue",
  personId: null,
  libraryId: null,
  roles: [],
  loa: 0,
};

async function aTestLibrary(running: RunningService<"catalogue">, id: string): Promise<TestLibrary> {
  const cataloguer = await running.as({ roles: [`librarian.cataloguer@${id}`], personId: randomUUID() });
  const manager = await running.as({ roles: [`librarian.manager@${id}`], personId: randomUUID() });
  const gives = async (file: Uint8Array, name = "sach.mrc") =>
    orThrow(answered(await cataloguer.startImport(asParts(file, name))));
  const importOf = async (importId: string) => orThrow(answered(await cataloguer.getImport({ id: importId })));
  const ended = (importId: string) =>
    until(
      () => importOf(importId),
      ({ state }) => state !== ImportState.WAITING && state !== ImportState.RUNNING,
      60_000,
    );
  return {
    id,
    cataloguer,
    manager,
    gives,
    ended,
    async imports(...records) {
      const given = await gives(aFile(...records));
      return ended(given.id);
    },
    async quarantine(importId) {
      const ask = { importId, after: 0n, reason: "" };
      return orThrow(answered(await cataloguer.listQuarantine(ask))).records;
    },
    async title(titleId) {
      return orThrow(answered(await cataloguer.getTitle({ id: titleId })));
    },
    async mapping() {
      const { records } = await manager.titleMapping({ libraryId: id, after: "", size: 0 });
      return new Map(records.map(({ controlNumber, recordId, titleId }) => [controlNumber, { recordId, titleId }]));
    },
  };
}

export function orThrow<T>(value: T): Exclude<T, { refused: unknown }> {
  if (isRefusal(value)) throw new Error(`Refused: ${value.refused.code} ${JSON.stringify(value.refused.details)}`);
  return value as Exclude<T, { refused: unknown }>;
}

export async function* asParts(file: Uint8Array, name = "sach.mrc", encoding = ""): AsyncGenerator<StartImportRequest> {
  yield { part: { $case: "file", value: { name, encoding } } };
  for (let at = 0; at < file.length; at += 64 * 1024) {
    yield { part: { $case: "chunk", value: Buffer.from(file.subarray(at, at + 64 * 1024)) } };
  }
}

/** Records one after the other; bytes are put in as they are. */
export const aFile = (...records: (MarcRecord | Uint8Array)[]): Buffer =>
  Buffer.concat(records.map((record) => (record instanceof Uint8Array ? record : toIso2709(record))));

/** What a test cares to say of a record. */
export type Said = {
  number: string;
  title?: string;
  subtitle?: string;
  author?: string;
  publisher?: string;
  year?: string;
  isbn?: string;
  pages?: string;
  kind?: "book" | "audio";
  language?: string;
  subject?: string;
  barcodes?: string[];
  /** The items' fields, where they are not 952. */
  more?: DataField[];
  status?: string;
};

/** A record as a library would have made it. */
export function aRecord(said: Said): MarcRecord {
  const { title = "Truyện Kiều", publisher = "Văn học", year = "2005", kind = "book", language = "vie" } = said;
  const field = (tag: string, ...subfields: [code: string, value: string | undefined][]): DataField[] => {
    const given = subfields.flatMap(([code, value]) => (value === undefined ? [] : [{ code, value }]));
    return given.length === 0 ? [] : [{ tag, ind1: " ", ind2: " ", subfields: given }];
  };
  return {
    leader: `00000${said.status ?? "n"}${kind === "audio" ? "i" : "a"}m a2200000 a 4500`,
    control: [
      { tag: "001", value: said.number },
      { tag: "008", value: `200815s${year}    vm            000 0 ${language} d` },
    ],
    fields: [
      ...field("020", ["a", said.isbn]),
      ...field("100", ["a", said.author]),
      ...field("245", ["a", title], ["b", said.subtitle]),
      ...field("260", ["a", "H."], ["b", publisher], ["c", year]),
      ...field("300", ["a", said.pages]),
      ...field("650", ["a", said.subject]),
      ...(said.barcodes ?? []).flatMap((barcode) =>
        field("952", ["a", "TV"], ["c", "Kho"], ["o", "895.9221"], ["p", barcode]),
      ),
      ...(said.more ?? []),
    ],
  };
}
