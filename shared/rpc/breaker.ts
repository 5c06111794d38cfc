/** Asks a neighbour that may be away. */
export type Breaker = {
  /** @throws what `refusal` makes, at once, while the neighbour is left alone; else what the work throws */
  ask<Answer>(work: () => Promise<Answer>): Promise<Answer>;
};

type Kind = {
  /** So many in a row must find the neighbour away. */
  failuresMax: number;
  /** How long it is left alone before the next one tries, in milliseconds. */
  restMs: number;
  /** Whether an error, after so many milliseconds, says that the neighbour is away, rather than that it answered what one does not like. */
  isAway(error: unknown, ms: number): boolean;
  refusal(): Error;
  now?: () => number;
};

/**
 * Leaves a neighbour alone that did not answer several times in a row. Whoever asks is refused at once, instead of waiting
 * for what will not come; one at a time tries whether it is back, and the first answer opens the way for all.
 */
export function breaker({ failuresMax, restMs, isAway, refusal, now = Date.now }: Kind): Breaker {
  let failures = 0;
  let failedAt = 0;
  let trying = false;
  return {
    async ask(work) {
      const open = failures >= failuresMax;
      if (open && (trying || now() - failedAt < restMs)) throw refusal();
      trying = open;
      const started = now();
      try {
        const answer = await work();
        failures = 0;
        return answer;
      } catch (error) {
        if (isAway(error, now() - started)) {
          failures += 1;
          failedAt = now();
        } else failures = 0;
        throw error;
      } finally {
        if (open) trying = false;
      }
    },
  };
}
