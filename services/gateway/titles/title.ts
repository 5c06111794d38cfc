import type { TitleHit } from "@lienthong/proto/catalogue/v1/service.ts";
import { z } from "zod";
import { moment, text, withLibrary } from "../frame/shapes.ts";

export const titleId = z
  .string()
  .regex(/^[\w-]{1,64}$/, "expected: a title's id")
  .describe("The title's id.");

const record = z
  .object({
    library: z.string(),
    libraryName: text,
    province: text,
    recordId: z.string(),
    controlNumber: z.string(),
    items: z.int(),
    available: z.int(),
  })
  .meta({ id: "TitleRecord" });

/** A title as it stands in a list, with the records of all libraries that describe it. */
export const titleHit = z
  .object({
    id: titleId,
    title: z.string(),
    author: text,
    publisher: text,
    place: text,
    year: text,
    edition: text,
    volume: text,
    language: text,
    kind: text,
    ddc: text,
    extent: text,
    isbns: z.array(z.string()),
    subjects: z.array(z.string()),
    items: z.int().describe("Items of all libraries together."),
    available: z.int(),
    onSite: z.int().describe("Items that may be read in their library only."),
    unknown: z.int().describe("Items of which circulation has not said yet where they are."),
    records: z.array(record),
  })
  .meta({ id: "TitleHit" });

export const shownHit = ({ holdings, ...hit }: TitleHit) => ({ ...hit, records: holdings.map(withLibrary) });

export const titleItem = z
  .object({
    id: z.string(),
    library: z.string(),
    libraryName: text,
    recordId: z.string(),
    barcode: text,
    callNumber: text,
    location: text,
    state: z.string().describe("available, on-loan, in-transit, on-hold-shelf, not-for-loan or unknown"),
    dueAt: moment.optional(),
  })
  .meta({ id: "TitleItem" });
