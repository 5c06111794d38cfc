import { Idiomorph } from "idiomorph";

/** What a form or a stream brought: one element, and perhaps one sentence. */
export type Fragment = { element: Element | null; sentence: string };

// The only place where text becomes HTML: the page's policy names it, and the browser refuses any other.
type Policy = { createHTML(html: string): unknown };
type PolicyMaker = { createPolicy(name: string, rules: { createHTML(html: string): string }): Policy };
const { trustedTypes } = globalThis as { trustedTypes?: PolicyMaker };
const policy = trustedTypes?.createPolicy("lt", { createHTML: (html) => html });

export function parse(html: string): Element | null {
  const trusted = policy ? policy.createHTML(html) : html;
  return new DOMParser().parseFromString(trusted as string, "text/html").body.firstElementChild;
}

/** Asks an address for one element of its page. Throws TypeError when there is no network. */
export async function fetchFragment(url: string, target: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...init, headers: { ...init.headers, "Lt-Fragment": target }, credentials: "same-origin" });
}

/** Where the server sends the browser instead of an element; undefined when it answered with one. */
export const onward = (answer: Response) => answer.headers.get("Lt-Location") ?? undefined;

export async function readFragment(answer: Response): Promise<Fragment> {
  return { element: parse(await answer.text()), sentence: decodeURIComponent(answer.headers.get("Lt-Say") ?? "") };
}

/**
 * Shows an element in the place of the one with its id. What somebody is typing into is left as it is: writing to a field
 * that has the focus breaks Vietnamese typing programs, which edit with backspaces.
 */
export function show(element: Element): boolean {
  const old = document.getElementById(element.id);
  if (!old) return false;
  const focused = document.activeElement?.id;
  void Idiomorph.morph(old, element, {
    ignoreActiveValue: true,
    restoreFocus: true,
    // What the reader has opened stays open.
    callbacks: { beforeAttributeUpdated: (name) => name !== "open" },
  });
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  return true;
}

/** Says one sentence in the page's status region. */
export function say(sentence: string): void {
  const region = document.getElementById("lt-status");
  if (region && sentence) region.textContent = sentence;
}

/** A notice in place, above what it is about; a later one replaces it. */
export function note(place: Element, notice: Element | string): void {
  place.querySelector(":scope > .lt-notice")?.remove();
  if (!notice) return;
  const box = document.createElement("div");
  box.className = "lt-notice notice wait";
  box.setAttribute("role", "alert");
  box.append(typeof notice === "string" ? notice : notice);
  place.prepend(box);
  say(box.textContent?.trim() ?? "");
}
