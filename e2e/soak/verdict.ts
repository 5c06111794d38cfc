import { isClean } from "../faults/verdict.ts";
import type { Soaked } from "./soak.ts";

// What an hour may show: memory grows by less than this a minute, and calls get slower by less than a tenth.
const slopeMax = 0.2;
const slowerMax = 1.1;
// In a shorter time a heap has not found its size yet, and a part holds too few asks for its p99.
const judgedMinutesMin = 30;

/** What is wrong with a soak, in sentences. */
export function wrongs({ verdict, violated, rssSlope, p99First, p99Last, minutes }: Soaked): string[] {
  const slower = p99Last / p99First;
  return [
    ...(isClean(verdict) && verdict.unknown === 0 ? [] : [`not everything is there once: ${JSON.stringify(verdict)}`]),
    // Nothing is broken in it: nobody should have to ask twice.
    ...(verdict.asked === 0 ? [] : [`${verdict.asked} asks had to be sent again`]),
    ...violated.map(({ id, count, first }) => `${id} violated ${count} ${first.join(" ")}`),
    ...(minutes < judgedMinutesMin ? [] : Object.entries(rssSlope).filter(([, slope]) => slope > slopeMax)).map(
      ([name, slope]) => `${name} grows by ${slope.toFixed(2)} MiB a minute, more than ${slopeMax}`,
    ),
    ...(minutes >= judgedMinutesMin && slower > slowerMax
      ? [`p99 of the last part is ${slower.toFixed(2)}× that of the first, more than ${slowerMax}`]
      : []),
  ];
}

/** The figures in one line for people. */
export function inWords({ asks, verdict, rssSlope, p99First, p99Last, minutes }: Soaked): string {
  const slopes = Object.entries(rssSlope).map(([name, slope]) => `${name} ${slope.toFixed(2)}`);
  return [
    `P22 soak of ${minutes} min: ${asks} asks, lost ${verdict.lost.length}, duplicate ${verdict.duplicate.length}, sent again ${verdict.asked}`,
    `p99 ${p99First.toFixed(1)} → ${p99Last.toFixed(1)} ms (${(p99Last / p99First).toFixed(2)}×)`,
    `RSS slope MiB/min: ${slopes.join(", ")}${minutes < judgedMinutesMin ? " (not judged: too short)" : ""}`,
  ].join("; ");
}
