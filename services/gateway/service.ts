import { service } from "@lienthong/service/service.ts";

/** The doors for programs. The gateway owns no data and decides nothing: it passes on who asks, and for which library. */
export const gateway = service("gateway", {
  calls: { identity: "all", catalogue: "all", circulation: "all" },
});
