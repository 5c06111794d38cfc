import { optional, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { GetImportRequest, GetImportResponse } from "@lienthong/proto/catalogue/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { notFound } from "@lienthong/rpc/fault.ts";
import { z } from "zod";
import { anId, checked } from "../asked.ts";
import { type ImportRow, importColumns, shownImport } from "./import.ts";

/** How far an import of the caller's library is. */
export const GetImport = query<GetImportRequest, GetImportResponse>((ask, caller) => {
  const { id } = checked(z.object({ id: anId }), ask);
  return caller.as(async (tx) => ({ outcome: { $case: "import", value: shownImport(await ownImport(tx, id)) } }));
});

/** @throws CallFault not-found when there is none, or none of the caller's library */
export async function ownImport(tx: Transaction, id: string, lock = sql``): Promise<ImportRow> {
  const row = await optional<ImportRow>(
    tx,
    sql`
    select ${importColumns} from import where id = ${id} and library_id = ${tx.actor.libraryId} ${lock}`,
  );
  if (!row) throw notFound("import");
  return row;
}
