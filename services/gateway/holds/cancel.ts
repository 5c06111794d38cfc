import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { route, sends } from "../frame/route.ts";
import { holdShape } from "./hold.ts";

export const cancelHold = route({
  method: "POST",
  path: "/api/v1/holds/{id}/cancellation",
  name: "cancelHold",
  summary: "Cancels a hold",
  params: z.strictObject({ id: z.uuid() }),
  replies: { 200: holdShape },
  async call({ params }, { circulation }) {
    const cancelled = answered(await circulation.cancelHold({ holdId: params.id }));
    return isRefusal(cancelled) ? cancelled : sends(200, cancelled);
  },
});
