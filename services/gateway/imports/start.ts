import type { StartImportRequest } from "@lienthong/proto/catalogue/v1/service.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { type IncomingFile, route, sends } from "../frame/route.ts";
import { libraryCode, withLibrary } from "../frame/shapes.ts";
import { importShape } from "./import.ts";

export const startImport = route({
  method: "POST",
  path: "/api/v1/libraries/{code}/imports",
  name: "startImport",
  summary: "Takes a MARC file (ISO 2709 or MARCXML) and queues its import",
  params: z.strictObject({ code: libraryCode }),
  query: z.strictObject({
    name: z.string().max(200).optional().describe("The file's name, where no Content-Disposition says it."),
    encoding: z.enum(["utf-8", "marc-8"]).optional().describe("Left out: decided by evidence, record by record."),
  }),
  file: ["application/marc", "application/marcxml+xml", "application/xml", "text/xml", "application/octet-stream"],
  replies: { 202: importShape },
  refused: 422,
  async call({ params, query, file }, caller) {
    const { catalogue } = caller.actingFor(await caller.libraryOf(params.code));
    const started = answered(await catalogue.startImport(parts(file, query.encoding ?? "")));
    if (isRefusal(started)) return started;
    return sends(202, withLibrary(started), { location: `/api/v1/imports/${started.id}` });
  },
});

/** The file on its way on: the next bytes are taken from the client when catalogue has room for them. */
async function* parts(file: IncomingFile, encoding: string): AsyncGenerator<StartImportRequest> {
  yield { part: { $case: "file", value: { name: file.name, encoding } } };
  for await (const chunk of file.bytes) yield { part: { $case: "chunk", value: chunk } };
}
