import { start } from "@lienthong/service/start.ts";
import { openPortal } from "./portal.ts";
import { portal } from "./service.ts";
import { settings } from "./settings.ts";

await start(portal, { folder: import.meta.dirname, settings, opens: openPortal });
