import { port, secretFile } from "@lienthong/config/settings.ts";
import { settingsOf } from "@lienthong/service/settings.ts";
import { z } from "zod";

/** What the portal is told beside what every service is told. */
export const settings = {
  PORTAL_URL: z
    .url({ protocol: /^https?$/ })
    .default("http://localhost:7080")
    .describe("the portal as browsers see it"),
  PUBLIC_PORT: port(7080).describe("the door for browsers"),
  HOST: z.string().default("127.0.0.1"),
  KEYCLOAK_URL: z.url().describe("the sign-in server, as browsers see it"),
  KEYCLOAK_REALM: z.string().default("lienthong"),
  KEYCLOAK_CLIENT: z.string().default("portal"),
  KEYCLOAK_CLIENT_SECRET_FILE: secretFile("secret of the portal at the sign-in server"),
  SESSION_KEY_FILE: secretFile("at least 32 random characters that seal the sessions' tokens"),
};

export const ownSettings = settingsOf(settings);
