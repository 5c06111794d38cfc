/** Waits for an answer that mostly comes soon. @returns undefined when it does not; what was asked goes on all the same */
export type Patience = <Answer>(asked: Promise<Answer>) => Promise<{ answer: Answer } | undefined>;

/**
 * Bounds how long people wait for a server that is slow: once one has waited in vain, those who come after do not wait at
 * all, until an answer comes in time again. A hundred pages then do not each wait as long as the first.
 */
export function patience(waitMs: number): Patience {
  let slow = false;
  return async (asked) => {
    const started = performance.now();
    let late: NodeJS.Timeout | undefined;
    const answered = asked.then((answer) => ({ answer }));
    // Also one that nobody waits for any more says by its end whether the server is still slow.
    const noted = () => {
      if (performance.now() - started <= waitMs) slow = false;
    };
    answered.then(noted, noted);
    const giveUp = new Promise<undefined>((gone) => {
      late = setTimeout(
        () => {
          slow = true;
          gone(undefined);
        },
        slow ? 0 : waitMs,
      );
    });
    return Promise.race([answered, giveUp]).finally(() => clearTimeout(late));
  };
}
