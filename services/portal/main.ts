import { start } from "@lienthong/service/start.ts";
import { openPortal } from "./portal.ts";
import { portal } from "./service.ts";

await start(portal, { folder: import.meta.dirname, opens: openPortal });
