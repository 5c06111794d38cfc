import { port } from "@lienthong/config/settings.ts";
import { settingsOf } from "@lienthong/service/settings.ts";
import { z } from "zod";

export const gatewaySettings = {
  PUBLIC_PORT: port(7090).describe("the door for programs; HTTP_PORT is the inner one"),
  UPLOAD_BYTES_MAX: z.coerce
    .number()
    .int()
    .min(1_048_576)
    .default(2_147_483_648)
    .describe("the largest file that an import takes; a library's whole catalogue is some hundred megabytes"),
};

export const settings = settingsOf(gatewaySettings);
