import type { Check } from "@lienthong/http/health.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import type { Action } from "./action.ts";
import type { StaffPlace } from "./ask.ts";
import type { Assets } from "./assets.ts";
import type { Reception } from "./caller.ts";
import type { Live } from "./live.ts";
import type { Page } from "./page.ts";

export type Route = Page | Action | Live;

/** What the web server works with. */
export type SiteParts = Reception & {
  /** The portal as browsers see it, e.g. `http://localhost:7080`. */
  url: string;
  assets: Assets;
  places: readonly StaffPlace[];
  log: Log;
  checks: readonly Check[];
};
