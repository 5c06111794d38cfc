import { z } from "zod";
import { route, sends } from "../frame/route.ts";
import { after, libraryCode, moment, text, withLibrary } from "../frame/shapes.ts";
import { scannedItem } from "../loans/scanned-item.ts";

const pickListRow = z
  .object({
    holdId: z.uuid(),
    item: scannedItem.optional(),
    location: text,
    pickupBranchName: text,
    pickupLibraryName: text,
    placedAt: moment.optional(),
  })
  .meta({ id: "PickListRow" });

export const pickList = route({
  method: "GET",
  path: "/api/v1/libraries/{code}/pick-list",
  waits: "desk",
  name: "pickList",
  summary: "What to fetch from the shelves, in shelf order",
  params: z.strictObject({ code: libraryCode }),
  query: z.strictObject({ after }),
  replies: {
    200: z.object({
      rows: z.array(pickListRow),
      next: z.uuid().optional().describe("Ask with it as `after` for what follows; absent after the last."),
    }),
  },
  async call({ params, query }, caller) {
    const libraryId = await caller.libraryOf(params.code);
    const { rows } = await caller.actingFor(libraryId).circulation.pickList({ libraryId, after: query.after });
    const shown = rows.map((row) => ({ ...row, item: row.item && withLibrary(row.item) }));
    return sends(200, { rows: shown, next: rows.at(-1)?.holdId });
  },
});
