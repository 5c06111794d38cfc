import { hash } from "node:crypto";
import type { Actor } from "./actor.ts";

/** Whose token it is, and until when that is so, in seconds since 1970. */
export type Proven = { actor: Actor; exp: number };

// A request passes several services within milliseconds, and a desk sends the same token for a minute. Together with the
// time for which keys are trusted without another look this is how long a token of a dropped key may pass: a minute.
const rememberedMs = 30_000;
// A reader's takes some hundred bytes, one with two hundred roles tens of KB; the one remembered longest goes first.
const tokensMax = 2_000;

/**
 * Remembers tokens that were found good: by their SHA-256, for half a minute and never past their expiry. What was refused
 * is not remembered.
 * @param now the clock, in milliseconds
 */
export function remembering(
  prove: (token: string) => Promise<Proven>,
  now: () => number,
): (token: string) => Promise<Actor> {
  const known = new Map<string, { actor: Actor; until: number }>();
  return async (token) => {
    const key = hash("sha256", token, "base64");
    const seen = known.get(key);
    if (seen && seen.until > now()) return seen.actor;
    known.delete(key);
    const { actor, exp } = await prove(token);
    const [oldest] = known.size < tokensMax ? [] : known.keys();
    if (oldest !== undefined) known.delete(oldest);
    known.set(key, { actor, until: Math.min(now() + rememberedMs, exp * 1000) });
    return actor;
  };
}
