import { service } from "@lienthong/service/service.ts";
import { forgetSessions } from "./session/forget.ts";

/** Every page a person sees. It owns nothing but sessions, and asks the others in the reader's own name. */
export const portal = service("portal", {
  calls: { identity: "all", catalogue: "all", circulation: "all" },
  jobs: [forgetSessions],
});
