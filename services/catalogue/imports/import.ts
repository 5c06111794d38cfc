import { sql } from "@lienthong/database/transaction.ts";
import { type Import, ImportState } from "@lienthong/proto/catalogue/v1/service.ts";

/** The columns of an import as people are shown it. */
export const importColumns = sql`
  id, library_id as "libraryId", file_name as "fileName", state, size_bytes as "sizeBytes", done_bytes as "doneBytes",
  read, added, changed, unchanged, quarantined, repaired, started_at as "startedAt", finished_at as "finishedAt",
  encodings, reasons, failure`;

export type ImportRow = {
  id: string;
  libraryId: string;
  fileName: string;
  state: keyof typeof ImportState;
  sizeBytes: bigint;
  doneBytes: bigint;
  read: bigint;
  added: bigint;
  changed: bigint;
  unchanged: bigint;
  quarantined: bigint;
  repaired: bigint;
  startedAt: Date | null;
  finishedAt: Date | null;
  encodings: Record<string, number>;
  reasons: Record<string, number>;
  failure: string;
};

export function shownImport(row: ImportRow): Import {
  const { reasons, ...shown } = row;
  return {
    ...shown,
    state: ImportState[row.state],
    startedAt: row.startedAt ?? undefined,
    finishedAt: row.finishedAt ?? undefined,
    encodings: counts(row.encodings),
    quarantineReasons: counts(reasons),
  };
}

const counts = (numbers: Record<string, number>): Record<string, bigint> =>
  Object.fromEntries(Object.entries(numbers).map(([name, count]) => [name, BigInt(count)]));
