import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { route, sends } from "../frame/route.ts";
import { titleId } from "../titles/title.ts";
import { holdShape } from "./hold.ts";

export const placeHold = route({
  method: "POST",
  path: "/api/v1/holds",
  name: "placeHold",
  summary: "Asks for a title, to be collected at a branch of any library",
  body: z.strictObject({
    titleId,
    recordId: z.uuid().optional().describe("The record that the reader was shown; the hold follows it."),
    pickupBranchId: z.uuid(),
  }),
  replies: { 201: holdShape },
  async call({ body }, { circulation }) {
    const placed = answered(await circulation.placeHold({ ...body, recordId: body.recordId ?? "" }));
    return isRefusal(placed) ? placed : sends(201, placed);
  },
});
