import type { BenchPlatform } from "./platform.ts";
import type { Pairs } from "./pairs.ts";

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

/** What a line may use. */
export type Bench = {
  /** How long one side of a pair is measured. */
  seconds: number;
  /** The whole platform, started when it is first asked for. */
  platform(): Promise<BenchPlatform>;
  pairs: Pairs;
  /** Says something while it runs; the figures are said by the harness. */
  say(line: string): void;
};

/** A measured line of the list of promises about speed. */
export type Line<Name extends string = string> = {
  /** `P1`, or the name of a curve such as `growth-check-out`. */
  name: string;
  /** One sentence: what is compared with what. */
  says: string;
  figures: Record<Name, Bound>;
  /** The figure is the same however busy the machine is, as an amount of memory is: it is judged at any load. */
  atAnyLoad?: true;
  run(bench: Bench): Promise<Record<Name, Figure>>;
};

/** Declares a line; the figures that it returns are those that it promises bounds for. */
export const line = <Name extends string>(declared: Line<Name>): Line => declared as unknown as Line;

export type Verdict = "goal" | "floor" | "missed";

/** Whether a figure reaches its goal, at least its floor, or neither. */
export function judge(value: number, bound: Bound): Verdict {
  const reaches = (mark: { atLeast: number } | { atMost: number }) =>
    "atLeast" in mark ? value >= mark.atLeast : value <= mark.atMost;
  if (reaches(bound.goal)) return "goal";
  return reaches(bound.floor) ? "floor" : "missed";
}
