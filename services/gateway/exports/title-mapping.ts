import type { Clients } from "@lienthong/rpc/clients.ts";
import { z } from "zod";
import { lines, route, sends } from "../frame/route.ts";
import { after, libraryCode, withLibrary } from "../frame/shapes.ts";

const mappedRecord = z
  .object({ library: z.string(), controlNumber: z.string(), recordId: z.string(), titleId: z.string() })
  .meta({ id: "MappedRecord" });

export const exportTitleMapping = route({
  method: "GET",
  path: "/api/v1/exports/title-mapping",
  name: "exportTitleMapping",
  summary:
    "Which record of a library belongs to which title; an export that broke off goes on after its last record id",
  query: z.strictObject({ library: libraryCode, after: after.describe("The last `recordId` that arrived.") }),
  replies: { 200: lines(mappedRecord) },
  async call({ query }, caller) {
    const libraryId = await caller.libraryOf(query.library);
    return sends(200, mapping(caller.actingFor(libraryId).catalogue, libraryId, query.after));
  },
});

const pageRecords = 1_000;

async function* mapping(catalogue: Clients["catalogue"], libraryId: string, first: string) {
  for (let from = first; ; ) {
    const { records } = await catalogue.titleMapping({ libraryId, after: from, size: pageRecords });
    for (const record of records) yield withLibrary(record);
    const last = records.at(-1);
    if (!last) return;
    from = last.recordId;
  }
}
