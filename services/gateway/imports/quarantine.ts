import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { route, sends } from "../frame/route.ts";
import { count, text } from "../frame/shapes.ts";
import { importId } from "./import.ts";

const quarantinedRecord = z
  .object({
    seq: count.describe("Number of the record in its file, from 1."),
    offset: count.describe("Where it begins in the file, in bytes from 0."),
    length: count,
    reason: z.string(),
    detail: text,
    controlNumber: text,
    excerpt: text.describe("Begin of the record as it came, unreadable bytes as dots."),
  })
  .meta({ id: "QuarantinedRecord" });

export const listQuarantine = route({
  method: "GET",
  path: "/api/v1/imports/{id}/quarantine",
  name: "listQuarantine",
  summary: "The records of an import that were set aside, in the order of the file",
  params: z.strictObject({ id: importId }),
  query: z.strictObject({
    after: z.coerce.number().int().min(0).default(0).describe("`next` of the page before; 0 for the first."),
    reason: z.string().max(100).default("").describe("Only those with this reason."),
  }),
  replies: {
    200: z.object({
      records: z.array(quarantinedRecord),
      next: count.optional().describe("Ask with it as `after` for what follows; absent after the last."),
    }),
  },
  async call({ params, query }, { catalogue }) {
    const ask = { importId: params.id, after: BigInt(query.after), reason: query.reason };
    const page = answered(await catalogue.listQuarantine(ask));
    if (isRefusal(page)) return page;
    return sends(200, { records: page.records, next: page.records.at(-1)?.seq });
  },
});
