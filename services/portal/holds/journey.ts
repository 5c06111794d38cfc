import { HoldState } from "@lienthong/proto/circulation/v1/states.ts";

/** Which of the four steps of a hold's way is now: placed, fetched, on the way, ready. */
export function journeyStep(state: HoldState): number {
  switch (state) {
    case HoldState.TARGETED:
      return 1;
    case HoldState.IN_TRANSIT:
      return 2;
    case HoldState.READY:
      return 3;
    default:
      return 0;
  }
}

/** Holds that are still on their way to the reader. */
export const isOpen = (state: HoldState) =>
  state === HoldState.WAITING ||
  state === HoldState.TARGETED ||
  state === HoldState.IN_TRANSIT ||
  state === HoldState.READY;
