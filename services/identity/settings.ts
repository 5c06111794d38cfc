import { secretFile } from "@lienthong/config/settings.ts";
import { settingsOf } from "@lienthong/service/settings.ts";
import { z } from "zod";

/** What identity is told beside what every service is told. */
export const settings = {
  KEYCLOAK_URL: z.url().describe("the sign-in server, as its tokens name it"),
  KEYCLOAK_REALM: z.string().default("lienthong"),
  KEYCLOAK_ADMIN_CLIENT: z.string().default("identity").describe("the client that may make and change accounts"),
  KEYCLOAK_ADMIN_SECRET_FILE: secretFile("secret of that client"),
  PIN_PEPPER_FILE: secretFile("what every PIN is mixed with before it is hashed; kept outside the database"),
};

export const ownSettings = settingsOf(settings);
