import { until } from "@lienthong/testing/until.ts";
import {
  aTitle,
  given,
  inWords,
  type Item,
  type Library,
  type Patron,
  reader,
  stateOf,
  type Title,
} from "./library.ts";
import type { World } from "./world.ts";

/** A reader waits for a title, to collect it at a library. */
export async function held(world: World, patron: Patron, title: Title, at: Library) {
  const own = await reader(world, patron);
  const hold = given(await own.holds(title, at.main));
  return { own, hold };
}

/** A title of which somebody has the only copy. */
export async function aBorrowedBook(world: World, library: Library): Promise<{ title: Title; item: Item }> {
  const title = await aTitle(world);
  const item = await library.anItem({ of: title });
  given(await library.checksOut(item, await library.aPatron()));
  return { title, item };
}

/** Waits until a hold has come to a state. */
export const becomes = (world: World, holdId: string, state: string) =>
  until(
    () => stateOf(world, holdId),
    (now) => now === state,
  );

/** Where a desk is told to put an item. */
export const step = (answer: object) =>
  "step" in answer ? String(answer.step).replace("CHECK_IN_STEP_", "") : inWords(answer);
