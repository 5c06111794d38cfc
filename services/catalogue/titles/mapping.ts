import { all, sql } from "@lienthong/database/transaction.ts";
import type { MappedRecord, TitleMappingRequest, TitleMappingResponse } from "@lienthong/proto/catalogue/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { z } from "zod";
import { afterId, checked, nilId } from "../asked.ts";

/** Which title each record of the caller's library belongs to, in the order of record ids. */
export const TitleMapping = query<TitleMappingRequest, TitleMappingResponse>((ask, caller) => {
  const { after, size } = checked(shape, ask);
  return caller.as(async (tx) => ({
    records: await all<MappedRecord>(
      tx,
      sql`
      select library_id as "libraryId", control_number as "controlNumber", id as "recordId", title_id as "titleId"
      from record where library_id = ${tx.actor.libraryId} and not deleted and id > ${after || nilId}
      order by id limit ${size || 1_000}`,
    ),
  }));
});

const shape = z.object({
  libraryId: z.string(),
  after: afterId,
  size: z.number().int().min(0).max(1_000, "at most 1,000 records a page"),
});
