import { startParts } from "../parts/all.ts";
import { holdPlatform } from "../run/only-one.ts";
import { openPlatform, runUntilAsked } from "../run/platform.ts";

/** Starts the parts alone and keeps them until Ctrl-C: what one needs to work on a service. */
export async function parts(args: string[]): Promise<void> {
  const platform = await openPlatform();
  const letGo = await holdPlatform(platform.places);
  try {
    await runUntilAsked(platform, async () => {
      await startParts(platform, { traces: args.includes("--traces") });
      platform.say(
        `All parts are ready. Passwords: ${platform.places.secrets}, logs: ${platform.places.logs}. Ctrl-C stops them.`,
      );
    });
  } finally {
    await letGo();
  }
}
