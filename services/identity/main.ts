import { start } from "@lienthong/service/start.ts";
import { permissions } from "./permissions.ts";
import { identity } from "./service.ts";
import { settings } from "./settings.ts";

await start(identity, { folder: import.meta.dirname, permissions, settings });
