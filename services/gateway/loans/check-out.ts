import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { route, sends } from "../frame/route.ts";
import { withLibrary } from "../frame/shapes.ts";
import { loanShape } from "./loan.ts";
import { choiceShape, scanOf, shownChoice } from "./scanned-item.ts";

export const checkOut = route({
  method: "POST",
  path: "/api/v1/check-outs",
  waits: "desk",
  name: "checkOut",
  summary: "Lends an item to the holder of a card",
  body: scanOf({ cardNumber: z.string().min(1).max(100) }),
  replies: { 201: loanShape, 300: choiceShape },
  async call({ body }, { circulation }) {
    const { cardNumber, barcode = "", itemId = "" } = body;
    const lent = answered(await circulation.checkOut({ cardNumber, barcode, itemId }));
    if (isRefusal(lent)) return lent;
    return "items" in lent ? sends(300, shownChoice(lent)) : sends(201, withLibrary(lent));
  },
});
