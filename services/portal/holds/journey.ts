import { HoldState } from "@lienthong/proto/circulation/v1/states.ts";

/** Which of the four steps of a hold's way is now: placed, fetched, on the way, ready. */
export const journeyStep = (state: HoldState): number => steps[state] ?? 0;

const steps: Partial<Record<HoldState, number>> = {
  [HoldState.TARGETED]: 1,
  [HoldState.IN_TRANSIT]: 2,
  [HoldState.READY]: 3,
};

/** Holds that are still on their way to the reader. */
export const isOpen = (state: HoldState) =>
  state === HoldState.WAITING ||
  state === HoldState.TARGETED ||
  state === HoldState.IN_TRANSIT ||
  state === HoldState.READY;
