import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { openBrowser } from "../../e2e/browser.ts";
import { sampleCast } from "../../e2e/cast.ts";
import { looking } from "../../e2e/look.ts";
import { takeRealFiles } from "../../e2e/real-files.ts";
import { type Play, playStory } from "../../e2e/story.ts";
import type { Surroundings } from "../../e2e/surroundings.ts";
import { Failure } from "../run/failure.ts";
import { openPlatform, type Platform } from "../run/platform.ts";
import { answers } from "../run/process.ts";
import { secret } from "../run/secrets.ts";
import { doorsOf, sampleAccountsSecret } from "../sample-world/take.ts";
import { gatewayUrl, portalUrl } from "../services.ts";

/**
 * Plays the story in a browser against the platform that runs, and keeps a picture of every page it passes. `--file` has
 * the librarian drop this MARC file besides; `--files` first takes in a folder of such files, each folder in it as a library.
 */
export async function story(args: string[]): Promise<void> {
  const { file, files } = options(args);
  const platform = await openPlatform();
  await answers(`${portalUrl}/healthz`).catch((cause: unknown) => {
    throw new Failure(`Nothing answers at ${portalUrl}; start the platform first (npm start).`, { cause });
  });
  const around = await surroundingsOf(platform);
  const say = (line: string) => platform.say(`      ${line}`);
  if (files !== undefined) await takeFiles(platform, around, files);
  const pictures = join(platform.places.kept, "story", new Date().toISOString().replaceAll(":", "-"));
  const dropped = file === undefined ? undefined : { name: basename(file), bytes: await readFile(file) };
  const browser = await openBrowser().catch((cause: Error) => {
    throw new Failure(cause.message, { cause });
  });
  try {
    const look = looking(pictures);
    await playStory({
      browser,
      surroundings: around,
      cast: sampleCast(),
      look,
      play: playOn(platform),
      file: dropped,
      say,
    });
  } finally {
    await browser.close();
    platform.say(`Pictures of every page, at 360 and 1280 pixels: ${pictures}`);
  }
}

const playOn =
  (platform: Platform): Play =>
  async (step, work) => {
    const begin = performance.now();
    const result = await work().catch((cause: unknown) => {
      throw new Failure(`The story ends at: ${step}\n${cause instanceof Error ? cause.stack : String(cause)}`, {
        cause,
      });
    });
    platform.say(`${((performance.now() - begin) / 1000).toFixed(1).padStart(5)} s  ${step}`);
    return result;
  };

async function takeFiles(platform: Platform, around: Surroundings, folder: string): Promise<void> {
  const doors = doorsOf(platform, new URL(around.realmUrl).origin);
  try {
    await takeRealFiles(doors, around, folder, (line) => platform.say(line));
  } finally {
    doors.close();
  }
}

async function surroundingsOf({ places, settings }: Platform): Promise<Surroundings> {
  const keycloak = settings.elsewhere.keycloak ?? `http://localhost:${settings.ports.KEYCLOAK_PORT}`;
  const valueOf = async (name: string) => (await secret(places.secrets, name)).value;
  return {
    portalUrl,
    gatewayUrl,
    realmUrl: `${keycloak}/realms/lienthong`,
    password: await valueOf(sampleAccountsSecret),
    secretOf: (client) => valueOf(`keycloak-${client}`),
  };
}

function options(args: string[]) {
  try {
    return parseArgs({ args, options: { file: { type: "string" }, files: { type: "string" } } }).values;
  } catch (cause) {
    throw new Failure(`story knows --file PATH and --files FOLDER; "${args.join(" ")}" is something else.`, { cause });
  }
}
