import type { Texts } from "../texts/texts.ts";

/** Where a page stands: its path without language prefix, and its query. */
export type Place = { t: Texts; path: string; query: URLSearchParams };

/** The address of this very place, in its language. */
export const herePath = ({ t, path, query }: Place) => `${t.to(path)}${searchOf(query)}`;

/** Where to sign in so that one comes back to this very place. */
export const signInPath = (place: Place) => `${place.t.to("/dang-nhap")}?ve=${encodeURIComponent(herePath(place))}`;

/** A query with some of its values changed; an empty one leaves its name out. */
export function withQuery(
  query: URLSearchParams,
  changes: Record<string, string | readonly string[] | undefined>,
): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const one of [value ?? []].flat()) if (one !== "") next.append(name, one);
  }
  return searchOf(next);
}

export const searchOf = (query: URLSearchParams) => (query.size > 0 ? `?${query}` : "");
