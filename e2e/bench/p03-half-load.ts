import { aDesk } from "./desk-stage.ts";
import { line } from "./line.ts";
import { drive, median, offer, percentile } from "./load.ts";
import { shown } from "./pairs.ts";

const rounds = 3;

export const measured = line({
  name: "P3",
  says: "check-outs at half of the most that 8 desks get done: p95 ÷ p50",
  figures: { "p95 ÷ p50": { unit: "×", floor: { atMost: 6 }, goal: { atMost: 3 } } },
  async run({ platform, seconds, say }) {
    const desk = await aDesk(await platform());
    const ratios: number[] = [];
    const [p50s, p95s]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      await desk.bringHome();
      const most = await drive(8, seconds, (n) => desk.checkOut(n));
      await desk.bringHome();
      const half = await offer(most.perSecond / 2, seconds * 2, (n) => desk.checkOut(n));
      p50s.push(percentile(half.ms, 0.5));
      p95s.push(percentile(half.ms, 0.95));
      ratios.push(percentile(half.ms, 0.95) / percentile(half.ms, 0.5));
      say(
        `  ${shown(half.perSecond)} of ${shown(most.perSecond)}/s: p50 ${shown(p50s.at(-1) ?? 0)} ms, p95 ${shown(p95s.at(-1) ?? 0)} ms`,
      );
    }
    const ours = `p95 ${shown(median(p95s))} ms, p50 ${shown(median(p50s))} ms`;
    return {
      "p95 ÷ p50": { value: median(ratios), ours, ratios, note: "offered evenly, late ones counted from when due" },
    };
  },
});
