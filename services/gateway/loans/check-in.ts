import { CheckInStep } from "@lienthong/proto/circulation/v1/service.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { route, sends } from "../frame/route.ts";
import { moment, text, withLibrary, words } from "../frame/shapes.ts";
import { choiceShape, scannedItem, scanOf, shownChoice } from "./scanned-item.ts";

const checkedInShape = z
  .object({
    item: scannedItem.optional(),
    step: words(CheckInStep).describe("What to do with the item now."),
    toBranchId: text,
    toBranchName: text,
    toLibraryName: text,
    holdId: text.describe("The hold that captured it."),
    readyUntil: moment.optional(),
    returned: z.boolean().describe("A loan was closed by this."),
    daysLate: z.int(),
  })
  .meta({ id: "CheckedIn" });

export const checkIn = route({
  method: "POST",
  path: "/api/v1/check-ins",
  waits: "desk",
  name: "checkIn",
  summary: "Takes an item in, and says where it goes next",
  body: scanOf({
    branchId: z.uuid().optional().describe("Where it is scanned; left out: the library's first branch."),
  }),
  replies: { 200: checkedInShape, 300: choiceShape },
  async call({ body }, { circulation }) {
    const { barcode = "", itemId = "", branchId = "" } = body;
    const taken = answered(await circulation.checkIn({ barcode, itemId, branchId }));
    if (isRefusal(taken)) return taken;
    if ("items" in taken) return sends(300, shownChoice(taken));
    return sends(200, { ...taken, item: taken.item && withLibrary(taken.item) });
  },
});
