import { start } from "@lienthong/service/start.ts";
import { open } from "./open.ts";
import { permissions } from "./permissions.ts";
import { searchReady } from "./search/server.ts";
import { catalogue } from "./service.ts";
import { settings } from "./settings.ts";

const checks = [{ part: "search", ready: searchReady }];
await start(catalogue, { folder: import.meta.dirname, permissions, settings, checks, opens: open });
