import type { VNode } from "preact";
import type { Ask, Audience, Place } from "./ask.ts";

export type Page<Path extends string = string, For extends Audience = Audience> = {
  readonly kind: "page";
  readonly path: Path;
  readonly for: For;
  readonly place: Place | undefined;
  render(ask: Ask<Path, For>): Promise<VNode> | VNode;
};

/**
 * A page at an address. It reads and never writes: what changes something is an `action`.
 * @param path in the readers' language, with `:name` for what varies; English lives under `/en` with the same path
 * @param who for whom; others are asked to sign in, or told whom to ask. A page of staff with a `place` stands in their
 * spine, in the order of `pages.ts`
 * @param render makes the whole page; where a script asks for one element of it, the frame answers that element alone
 */
export function page<const Path extends string, const For extends Audience>(
  path: Path,
  who: { for: For; place?: Place },
  render: (ask: Ask<Path, For>) => Promise<VNode> | VNode,
): Page<Path, For> {
  return { kind: "page", path, for: who.for, place: who.place, render };
}
