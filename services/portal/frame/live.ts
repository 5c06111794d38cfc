import type { Audience } from "./ask.ts";
import type { Page } from "./page.ts";

export type Live = {
  readonly kind: "live";
  readonly path: string;
  readonly on: Page<string, Audience>;
  /** Ids of the page's elements that are sent again whenever they changed. */
  readonly elements: readonly string[];
};

/** Server-sent elements of a page, made by the page itself; at most one change of each a second. */
export function live<For extends Audience>(
  path: string,
  of: { on: Page<string, For>; elements: readonly string[] },
): Live {
  return { kind: "live", path, on: of.on, elements: of.elements };
}
