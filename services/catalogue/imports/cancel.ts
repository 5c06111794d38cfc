import { announce } from "@lienthong/bus/announce.ts";
import { acrossLibraries } from "@lienthong/database/across-libraries.ts";
import { one, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { ImportFinished } from "@lienthong/proto/catalogue/v1/events.ts";
import type { CancelImportRequest, CancelImportResponse } from "@lienthong/proto/catalogue/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { anId, checked } from "../asked.ts";
import { finishedEvent, tidyUp } from "./finish.ts";
import { ownImport } from "./get.ts";
import { type ImportRow, importColumns, shownImport } from "./import.ts";

export const refuse = refusals("catalogue.cancel-import", {
  ended: "The import has ended already.",
});

/** Ends an import between two batches. What it has taken stays. */
export const CancelImport = command<CancelImportRequest, CancelImportResponse>((ask, caller) => {
  const { id } = checked(z.object({ id: anId }), ask);
  return caller.as(async (tx) => outcome(await cancelImport(tx, id), "import", shownImport));
});

async function cancelImport(tx: Transaction, id: string): Promise<ImportRow | Refusal> {
  // A batch at work holds this lock until it is kept: the next one finds the import cancelled and stops.
  const { state } = await ownImport(tx, id, sql`for update`);
  if (state !== "WAITING" && state !== "RUNNING") return refuse("ended", { state });
  const row = await one<ImportRow & { version: bigint }>(
    tx,
    sql`
    update import set state = 'CANCELLED', finished_at = now(), version = next_version(version)
    where id = ${id} returning ${importColumns}, version`,
  );
  await acrossLibraries(tx, () => tidyUp(tx, id));
  announce(tx, ImportFinished, finishedEvent(row));
  return row;
}
