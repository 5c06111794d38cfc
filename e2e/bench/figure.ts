/** What a figure must reach: the floor fails the run, the goal is only reported. */
export type Bound = {
  /** How the figure is written behind its number: `×`, `ms`, `%`, `GiB`. */
  unit: string;
} & (
  | { floor: { atLeast: number }; goal: { atLeast: number } }
  | { floor: { atMost: number }; goal: { atMost: number } }
);

/** One measured figure, with what it was made from. */
export type Figure = {
  value: number;
  /** Medians of the two sides, in the words of the line: `check-outs/s 241`. */
  ours?: string;
  bare?: string;
  /** The ratios of neighbouring pairs of which `value` is the median. */
  ratios?: number[];
  /** What else a reader must know: which bare part it was, how large the stage. */
  note?: string;
};

export type Verdict = "goal" | "floor" | "missed";

/** Whether a figure reaches its goal, at least its floor, or neither. */
export function judge(value: number, bound: Bound): Verdict {
  const reaches = (mark: { atLeast: number } | { atMost: number }) =>
    "atLeast" in mark ? value >= mark.atLeast : value <= mark.atMost;
  if (reaches(bound.goal)) return "goal";
  return reaches(bound.floor) ? "floor" : "missed";
}
