import type { Figure } from "./figure.ts";
import { median } from "./load.ts";

/** One side of a comparison: measures for so many seconds and gives one number, such as a rate or a percentile. */
export type Side = (seconds: number) => Promise<number>;

export type Pairs = (sides: {
  ours: Side;
  bare: Side;
  /** What the numbers count, with their unit: `check-outs/s`, `p95 ms`. */
  of: string;
  /** Done before each measurement, not measured: what the one before has used up is put back. */
  between?: () => Promise<void>;
  note?: string;
}) => Promise<Figure>;

/**
 * Compares ours with the bare part on this machine at this hour: A B A B A. Each measurement makes a ratio with its
 * neighbour, and the median of the four is the figure: a slow minute of the machine falls on both sides of a pair.
 */
export const pairsOf =
  (seconds: number, say: (line: string) => void): Pairs =>
  async ({ ours, bare, of, between, note }) => {
    const a: number[] = [];
    const b: number[] = [];
    const ratios: number[] = [];
    for (const side of ["A", "B", "A", "B", "A"] as const) {
      await between?.();
      const [mine, measure] = side === "A" ? [a, ours] : ([b, bare] as const);
      mine.push(await measure(seconds));
      say(`  ${side} ${shown(mine.at(-1) ?? 0)} ${of}`);
      const [last, lastBare] = [a.at(-1), b.at(-1)];
      if (last !== undefined && lastBare !== undefined) ratios.push(last / lastBare);
    }
    return {
      value: median(ratios),
      ours: `${shown(median(a))} ${of}`,
      bare: `${shown(median(b))} ${of}`,
      ratios,
      ...(note === undefined ? {} : { note }),
    };
  };

/** A number as people read it: three digits that count, no more. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(3)));
}
