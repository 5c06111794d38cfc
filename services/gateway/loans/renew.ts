import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { route, sends } from "../frame/route.ts";
import { withLibrary } from "../frame/shapes.ts";
import { loanShape } from "./loan.ts";

export const renew = route({
  method: "POST",
  path: "/api/v1/renewals",
  name: "renew",
  summary: "Renews a loan",
  body: z.strictObject({ loanId: z.uuid() }),
  replies: { 200: loanShape },
  async call({ body }, { circulation }) {
    const renewed = answered(await circulation.renew({ loanId: body.loanId }));
    return isRefusal(renewed) ? renewed : sends(200, withLibrary(renewed));
  },
});
