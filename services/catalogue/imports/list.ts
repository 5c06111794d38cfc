import { all, sql } from "@lienthong/database/transaction.ts";
import type { ListImportsRequest, ListImportsResponse } from "@lienthong/proto/catalogue/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { z } from "zod";
import { afterId, checked } from "../asked.ts";
import { type ImportRow, importColumns, shownImport } from "./import.ts";

/** The imports of the caller's library, newest first. */
export const ListImports = query<ListImportsRequest, ListImportsResponse>((ask, caller) => {
  const { before } = checked(z.object({ before: afterId }), ask);
  return caller.as(async (tx) => {
    const rows = await all<ImportRow>(
      tx,
      sql`
      select ${importColumns} from import
      where library_id = ${tx.actor.libraryId} and ${before === "" ? sql`true` : sql`id < ${before}`}
      order by id desc limit 50`,
    );
    return { imports: rows.map(shownImport) };
  });
});
