import { oneLoanPerItem } from "./i1-one-loan-per-item.ts";
import { tenantsApart } from "./i12-tenants.ts";
import { answersHold } from "./i2-answers.ts";
import { effectOnce } from "./i3-effect-once.ts";
import { orderPerAggregate } from "./i4-order.ts";
import { readersWordsStay } from "./i5-reader-words.ts";
import { searchEqualsTitles } from "./i6-search.ts";
import { rowsAndEvents } from "./i7-rows-and-events.ts";
import { availabilityDerived } from "./i9-availability.ts";
import type { Invariant } from "./invariant.ts";

/** Every invariant, in the order in which they are printed. */
export const all: readonly Invariant[] = [
  oneLoanPerItem,
  answersHold,
  effectOnce,
  orderPerAggregate,
  readersWordsStay,
  searchEqualsTitles,
  rowsAndEvents,
  availabilityDerived,
  tenantsApart,
];
