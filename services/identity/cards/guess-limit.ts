/** How often somebody guessed wrong since they were last right, and until when no guess counts. */
export type Guesses = { wrongPins: number; pinWaitUntil: Date | null };

// Five tries are free; then the waits double from half an hour to a day. In the first day that makes ten tries, so that one
// in a thousand PINs of four digits is found; who forgot theirs waits, and is served at the desk without it meanwhile.
const freeTries = 5;
const firstWaitMs = 30 * 60_000;
const longestWaitMs = 24 * 3_600_000;

/** Whether a guess, right or wrong, counts at this moment. */
export const mayGuess = (guesses: Guesses, now: Date): boolean =>
  guesses.pinWaitUntil === null || guesses.pinWaitUntil <= now;

/** What is remembered after a wrong guess. */
export function afterWrong(guesses: Guesses, now: Date): Guesses {
  const wrongPins = guesses.wrongPins + 1;
  if (wrongPins < freeTries) return { wrongPins, pinWaitUntil: null };
  const wait = Math.min(firstWaitMs * 2 ** (wrongPins - freeTries), longestWaitMs);
  return { wrongPins, pinWaitUntil: new Date(now.getTime() + wait) };
}

export const afterRight: Guesses = { wrongPins: 0, pinWaitUntil: null };
