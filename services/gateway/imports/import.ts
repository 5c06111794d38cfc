import { ImportState } from "@lienthong/proto/catalogue/v1/service.ts";
import { z } from "zod";
import { count, moment, text, words } from "../frame/shapes.ts";

export const importId = z.uuid().describe("The import's id.");

/** An import as it stands: it goes on by itself, and asking again shows how far it is. */
export const importShape = z
  .object({
    id: importId,
    library: z.string(),
    fileName: text,
    state: words(ImportState),
    sizeBytes: count,
    doneBytes: count,
    read: count.describe("Records read so far."),
    added: count,
    changed: count,
    unchanged: count,
    quarantined: count.describe("Records set aside, each with its place and reason."),
    repaired: count,
    startedAt: moment.optional(),
    finishedAt: moment.optional(),
    encodings: z.record(z.string(), count).describe("Records by the encoding found."),
    quarantineReasons: z.record(z.string(), count),
    failure: text.describe("Why it failed as a whole: a code of the error catalogue."),
  })
  .meta({ id: "Import" });
