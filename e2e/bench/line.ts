import type { BenchPlatform } from "./platform.ts";
import type { Bound, Figure } from "./figure.ts";
import type { Pairs } from "./pairs.ts";

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
