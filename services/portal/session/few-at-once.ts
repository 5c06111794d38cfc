/** Does work a few at a time; the rest wait in the order in which they came. */
export function fewAtOnce(max: number): <Answer>(work: () => Promise<Answer>) => Promise<Answer> {
  const waiting: (() => void)[] = [];
  let working = 0;
  return async (work) => {
    if (working < max) working += 1;
    else await new Promise<void>((turn) => waiting.push(turn));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else working -= 1;
    }
  };
}
