import { HoldState } from "@lienthong/proto/circulation/v1/states.ts";
import { z } from "zod";
import { moment, text, words } from "../frame/shapes.ts";

export const holdShape = z
  .object({
    id: z.uuid(),
    titleId: text,
    recordId: text,
    title: text,
    author: text,
    state: words(HoldState),
    pickupBranchId: text,
    pickupBranchName: text,
    pickupLibraryName: text,
    placedAt: moment.optional(),
    readyUntil: moment.optional(),
    position: z.int().describe("Place in the queue, from 1; 0 when no longer waiting."),
    barcode: text,
  })
  .meta({ id: "Hold" });
