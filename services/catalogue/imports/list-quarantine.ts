import { all, sql } from "@lienthong/database/transaction.ts";
import type {
  ListQuarantineRequest,
  ListQuarantineResponse,
  QuarantinedRecord,
} from "@lienthong/proto/catalogue/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { z } from "zod";
import { anId, checked } from "../asked.ts";
import { ownImport } from "./get.ts";
import { excerptOf } from "./set-aside.ts";

/** The records that an import set aside, in the order of the file. */
export const ListQuarantine = query<ListQuarantineRequest, ListQuarantineResponse>((ask, caller) => {
  const { importId, after, reason } = checked(shape, ask);
  return caller.as(async (tx) => {
    await ownImport(tx, importId);
    const rows = await all<Omit<QuarantinedRecord, "excerpt"> & { bytes: Buffer }>(
      tx,
      sql`
      select seq, byte_offset as "offset", byte_length as "length", reason, detail, control_number as "controlNumber",
             substr(bytes, 1, 6000) as bytes
      from quarantine
      where import_id = ${importId} and seq > ${after} and ${reason === "" ? sql`true` : sql`reason = ${reason}`}
      order by seq limit 100`,
    );
    const records = rows.map(({ bytes, ...row }) => ({ ...row, excerpt: excerptOf(bytes) }));
    return { outcome: { $case: "page", value: { records } } };
  });
});

const shape = z.object({ importId: anId, after: z.bigint().min(0n), reason: z.string().max(100) });
