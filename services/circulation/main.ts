import { start } from "@lienthong/service/start.ts";
import { permissions } from "./permissions.ts";
import { circulation } from "./service.ts";

await start(circulation, { folder: import.meta.dirname, permissions });
