import { start } from "@lienthong/service/start.ts";
import { openPublicDoor } from "./frame/door.ts";
import { routes } from "./routes.ts";
import { gateway } from "./service.ts";
import { gatewaySettings } from "./settings.ts";

await start(gateway, {
  folder: import.meta.dirname,
  settings: gatewaySettings,
  opens: (parts) => openPublicDoor(parts, routes),
});
