import { test } from "node:test";
import { openBrowser } from "./browser.ts";
import { sampleCast } from "./cast.ts";
import { looking } from "./look.ts";
import { type Play, playStory } from "./story.ts";
import { surroundingsOfTests } from "./surroundings.ts";

test("one book goes through the whole platform, on a phone and at three desks", async (t) => {
  const browser = await openBrowser();
  t.after(() => browser.close());
  const play: Play = async (step, work) => {
    let outcome: { result: Awaited<ReturnType<typeof work>> } | { error: unknown } | undefined;
    await t.test(step, async () => {
      try {
        outcome = { result: await work() };
      } catch (error) {
        outcome = { error };
        throw error;
      }
    });
    if (!outcome || "error" in outcome) throw new Error(`The story ends at: ${step}`);
    return outcome.result;
  };
  await playStory({
    browser,
    surroundings: await surroundingsOfTests(),
    cast: sampleCast(),
    look: looking(process.env.PICTURES_FOLDER),
    play,
    say: (line) => t.diagnostic(line),
  });
});
