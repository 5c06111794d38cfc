import type { Choice } from "@lienthong/proto/circulation/v1/service.ts";
import { z } from "zod";
import { text, withLibrary } from "../frame/shapes.ts";

export const scannedItem = z
  .object({
    id: z.uuid(),
    library: z.string(),
    barcode: z.string(),
    title: text,
    author: text,
    callNumber: text,
  })
  .meta({ id: "ScannedItem" });

/** Several items bear the barcode: nothing was done, and the one that is meant is named by its id. */
export const choiceShape = z
  .object({ items: z.array(scannedItem) })
  .meta({ id: "Choice" })
  .describe("Several items bear this barcode; nothing was done. Ask again with `itemId` and a new Idempotency-Key.");

export const shownChoice = ({ items }: Choice) => ({ items: items.map(withLibrary) });

const scan = {
  barcode: z.string().min(1).max(100).optional(),
  itemId: z.uuid().optional().describe("Instead of the barcode, after a choice."),
};

/** A scan with what else a desk says: the item by its barcode or, after a choice, by its id, never by both. */
export const scanOf = <Rest extends z.ZodRawShape>(rest: Rest) =>
  z.strictObject({ ...scan, ...rest }).refine((given) => {
    const { barcode, itemId } = given as { barcode?: string; itemId?: string };
    return (barcode === undefined) !== (itemId === undefined);
  }, "expected: either barcode or itemId");
