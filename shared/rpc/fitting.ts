import { messageBytesMax } from "./limits.ts";

type Kind<Entry> = { encode(entry: Entry): { finish(): Uint8Array } };

// What says of an entry that it is one of a list, and how long it is.
const aroundBytesMax = 8;

/**
 * As many entries of a list, from its first on, as fit into one message; what is left is for the page after it.
 * @param kind the entries' message
 * @param besideBytesMax what else the message says, at most
 *
 * @example fitting(hits, TitleHit, 4 * 1024)
 */
export function fitting<Entry>(entries: readonly Entry[], kind: Kind<Entry>, besideBytesMax: number): Entry[] {
  let left = messageBytesMax - besideBytesMax;
  const fit: Entry[] = [];
  for (const entry of entries) {
    left -= kind.encode(entry).finish().length + aroundBytesMax;
    if (left < 0) break;
    fit.push(entry);
  }
  return fit;
}
