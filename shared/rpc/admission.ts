import { CallFault } from "./fault.ts";

/** Lets so many calls in at once. @returns for each call how to leave; rejects with CallFault busy when it had to wait too long */
export type Admission = { enter(first: boolean): Promise<() => void> };

/**
 * What comes when all places are taken waits a little, desks before everybody else, and is then told to come again:
 * who waits longer is served after they have given up, and keeps those behind them waiting too.
 * @param waitMsMax how long a call waits for a place at most
 */
export function admission(placesMax: number, waitMsMax: number): Admission {
  let taken = 0;
  const desks: Waiting[] = [];
  const others: Waiting[] = [];
  const leave = () => {
    const next = desks.shift() ?? others.shift();
    if (next) next.enter();
    else taken -= 1;
  };
  // Leaving twice would let two in for one.
  const leavingOnce = () => {
    let left = false;
    return () => {
      if (!left) leave();
      left = true;
    };
  };
  return {
    async enter(first) {
      if (taken < placesMax) {
        taken += 1;
        return leavingOnce();
      }
      const line = first ? desks : others;
      if (line.length >= waitingMax) throw tooMany();
      await new Promise<void>((enter, refuse) => {
        const waiting: Waiting = {
          enter() {
            clearTimeout(late);
            enter();
          },
        };
        const late = setTimeout(() => {
          line.splice(line.indexOf(waiting), 1);
          refuse(tooMany());
        }, waitMsMax);
        line.push(waiting);
      });
      return leavingOnce();
    },
  };
}

/**
 * The same where each of many owners has few of the places, so that the slow work of one keeps no other out.
 * @param placesOfOneMax how many places one of them takes at most
 */
export function admissionByOwner(placesMax: number, placesOfOneMax: number, waitMsMax: number) {
  const all = admission(placesMax, waitMsMax);
  const taken = new Map<string, number>();
  return {
    /** @returns how to leave; rejects with CallFault busy where all places, or those of this owner, are taken */
    async enter(owner: string): Promise<() => void> {
      const own = taken.get(owner) ?? 0;
      if (own >= placesOfOneMax) throw tooMany();
      taken.set(owner, own + 1);
      const leaveOwn = () => {
        const left = (taken.get(owner) ?? 1) - 1;
        if (left === 0) taken.delete(owner);
        else taken.set(owner, left);
      };
      try {
        const leave = await all.enter(false);
        return () => {
          leaveOwn();
          leave();
        };
      } catch (error) {
        leaveOwn();
        throw error;
      }
    },
  };
}

type Waiting = { enter(): void };

// More could not be served within the wait, and to search a longer line for who gives up would itself take long.
const waitingMax = 500;

const tooMany = () => new CallFault("busy", "Too many ask at once; ask again shortly");
