import type { Actor } from "@lienthong/auth/actor.ts";
import { desk, may } from "@lienthong/auth/permission.ts";

/**
 * Whether the caller acts for themself or as a desk. Row-level security shows a library's rows to all of its staff; what
 * belongs to a reader is changed by them or at a desk only.
 */
export const mayTouch = (actor: Actor, personId: string | null): boolean =>
  (personId !== null && personId === actor.personId) || may(actor, desk);
