import type { Refusal } from "@lienthong/rpc/refusal.ts";
import type { Acting, Audience } from "./ask.ts";
import type { Page } from "./page.ts";

/** What an action came to. Nothing or a sentence: done, and its page shows what is now. */
export type Done = undefined | Said | SeeOther | Refusal | Problems;
/** Done, with one sentence for the status region. */
export type Said = { readonly say: string };
/** Done, and what follows is another address (a path of ours without language prefix). */
export type SeeOther = { readonly seeOther: string };
/** The form is not usable: field name → what is wrong with it, in words. */
export type Problems = { readonly problems: Readonly<Record<string, string>> };

export type Action<Path extends string = string, For extends Audience = Audience> = {
  readonly kind: "action";
  readonly path: Path;
  /** The page that it belongs to: it says who may act, and shows what came of it. */
  readonly on: Page<string, For>;
  /** Whether its form carries a file, as a field after all others. */
  readonly upload: boolean;
  act(ask: Acting<Path, For>): Promise<Done>;
};

/**
 * Something that a form does. Without script it is a plain form: done, the browser is sent to the page (303); refused, it
 * gets the page with the reason (409, 422). With script the same address answers the one element that the header
 * `Lt-Fragment` names, taken from the same page.
 * @param path the form's address; its `:names` are at least those of the page
 */
export function action<const Path extends string, For extends Audience>(
  path: Path,
  belongs: { on: Page<string, For>; upload?: boolean },
  act: (ask: Acting<Path, For>) => Promise<Done>,
): Action<Path, For> {
  return { kind: "action", path, on: belongs.on, upload: belongs.upload ?? false, act };
}
