import { announce } from "@lienthong/bus/announce.ts";
import { one, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { enqueue } from "@lienthong/jobs/job.ts";
import { ImportFinished } from "@lienthong/proto/catalogue/v1/events.ts";
import { compareTitles } from "../titles/compare.ts";
import { type ImportRow, importColumns } from "./import.ts";

/** Ends an import that came to its end, or that failed as a whole for a reason that trying again would not mend. */
export async function finishImport(tx: Transaction, id: string, failure = ""): Promise<void> {
  const row = await one<ImportRow & { version: bigint }>(
    tx,
    sql`
    update import set state = ${failure === "" ? "FINISHED" : "FAILED"}, failure = ${failure}, finished_at = now(),
      done_bytes = ${failure === "" ? sql`size_bytes` : sql`done_bytes`}, version = next_version(version)
    where id = ${id} returning ${importColumns}, version`,
  );
  await tidyUp(tx, id);
  announce(tx, ImportFinished, finishedEvent(row));
}

/** An import has ended: what it noted for itself goes, and the pairs of its records are looked for. */
export async function tidyUp(tx: Transaction, id: string): Promise<void> {
  await run(tx, sql`delete from import_met where import_id = ${id}`);
  await enqueue(tx, compareTitles, undefined, "compare-titles");
}

export const finishedEvent = (row: ImportRow & { version: bigint }): ImportFinished => ({
  id: row.id,
  version: row.version,
  libraryId: row.libraryId,
  read: row.read,
  imported: row.added + row.changed,
  unchanged: row.unchanged,
  quarantined: row.quarantined,
  cancelled: row.state === "CANCELLED",
});
