import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Parts } from "../parts/all.ts";
import type { Platform } from "../run/platform.ts";
import { secret } from "../run/secrets.ts";
import { services } from "../services.ts";
import { type Doors, openDoors } from "./doors.ts";
import { makeSampleWorld } from "./make.ts";
import { takeWorld } from "./vi-world.ts";

/** The secret that is the password of every sample account. */
export const sampleAccountsSecret = "sample-accounts";

/** The doors of the platform that runs here, for the programs of the sample world. */
export function doorsOf(platform: Platform, keycloakUrl: string): Doors {
  const addressOf = (name: string) => `127.0.0.1:${services.find((service) => service.name === name)?.grpcPort}`;
  return openDoors({
    realmUrl: `${keycloakUrl}/realms/lienthong`,
    secretOf: async (client) => (await secret(platform.places.secrets, `keycloak-${client}`)).value,
    services: {
      identity: addressOf("identity"),
      catalogue: addressOf("catalogue"),
      circulation: addressOf("circulation"),
    },
  });
}

/** Makes the sample world on the first run, and takes in the world of a folder where one is named. */
export async function takeSampleWorld(platform: Platform, parts: Parts, folder: string | undefined): Promise<void> {
  const made = join(platform.places.kept, "sample-world.made");
  if (existsSync(made) && folder === undefined) return;
  const doors = doorsOf(platform, parts.keycloak.url);
  try {
    if (!existsSync(made)) {
      const { value: password } = await secret(platform.places.secrets, sampleAccountsSecret);
      await platform.step("sample world", "three libraries", () => makeSampleWorld(doors, password));
      writeFileSync(made, "");
    }
    if (folder !== undefined) {
      await platform.step("world", folder, () => takeWorld(doors, folder, (line) => platform.say(`  ${line}`)));
    }
  } finally {
    doors.close();
  }
}
