import { z } from "zod";
import { route, sends } from "../frame/route.ts";
import { withLibrary } from "../frame/shapes.ts";
import { holdShape } from "../holds/hold.ts";
import { loanShape } from "../loans/loan.ts";

export const myAccount = route({
  method: "GET",
  path: "/api/v1/me/account",
  name: "myAccount",
  summary: "The reader's own loans and holds",
  replies: { 200: z.object({ loans: z.array(loanShape), holds: z.array(holdShape) }).meta({ id: "Account" }) },
  async call(_ask, { circulation }) {
    const { loans, holds } = await circulation.myAccount({});
    return sends(200, { loans: loans.map(withLibrary), holds });
  },
});
