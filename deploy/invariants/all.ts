import { oneLoanPerItem } from "./i1-one-loan-per-item.ts";
import { effectOnce } from "./i3-effect-once.ts";
import { orderPerAggregate } from "./i4-order.ts";
import { rowsAndEvents } from "./i7-rows-and-events.ts";
import type { Invariant } from "./invariant.ts";

/** Every invariant, in the order in which they are printed. */
export const all: readonly Invariant[] = [oneLoanPerItem, effectOnce, orderPerAggregate, rowsAndEvents];
