import { aDeskOfRows, type Rows } from "./circulation-rows.ts";
import { line } from "./line.ts";
import { percentile } from "./load.ts";
import { shown } from "./pairs.ts";

const sizes: Rows[] = [
  { items: 1_000, patrons: 500, libraries: 1, openHolds: 100 },
  { items: 100_000, patrons: 10_000, libraries: 20, openHolds: 10_000 },
  { items: 1_000_000, patrons: 100_000, libraries: 20, openHolds: 100_000 },
];
const warmUp = 60;
const measuredTimes = 600;

export const measured = line({
  name: "growth-check-out",
  says: "the check-out's own transaction with 1,000, 100,000 and 1,000,000 items, twice as many loans, up to 100,000 open holds",
  figures: { "p50 of the largest ÷ of the smallest": { unit: "×", floor: { atMost: 2 }, goal: { atMost: 1.3 } } },
  async run({ platform, say }) {
    await platform();
    const points: { p50: number; p95: number }[] = [];
    for (const rows of sizes) {
      const point = await measure(rows);
      points.push(point);
      const size = `${rows.items.toLocaleString("en")} items, ${rows.openHolds.toLocaleString("en")} open holds`;
      say(`  ${size}: p50 ${shown(point.p50)} ms, p95 ${shown(point.p95)} ms; filled in ${shown(point.filledIn)} s`);
      for (const each of point.slowest) say(`    ${each}`);
    }
    const [first, last] = [points[0], points.at(-1)];
    return {
      "p50 of the largest ÷ of the smallest": {
        value: (last?.p50 ?? Number.NaN) / (first?.p50 ?? Number.NaN),
        ours: points.map(({ p50, p95 }) => `${shown(p50)} (p95 ${shown(p95)})`).join(" → "),
        note: "milliseconds, one desk, from the first answer's look-up to the commit",
      },
    };
  },
});

async function measure(rows: Rows) {
  const began = performance.now();
  const desk = await aDeskOfRows(rows);
  try {
    const filledIn = (performance.now() - began) / 1000;
    const ms: number[] = [];
    await desk.admin("create extension if not exists pg_stat_statements");
    for (let n = 0; n < warmUp; n += 1) await desk.checkOut(n);
    await desk.admin(
      "select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)",
    );
    for (let n = warmUp; n < warmUp + measuredTimes; n += 1) {
      const start = performance.now();
      await desk.checkOut(n);
      ms.push(performance.now() - start);
    }
    ms.sort((x, y) => x - y);
    const { rows: statements } = await desk.admin(`
      select round(mean_exec_time::numeric, 3) || ' ms  ' || left(regexp_replace(query, '\\s+', ' ', 'g'), 90) as line
      from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
        and calls >= ${measuredTimes} order by mean_exec_time desc limit 4`);
    const slowest = (statements as { line: string }[]).map((row) => row.line);
    return { p50: percentile(ms, 0.5), p95: percentile(ms, 0.95), filledIn, slowest };
  } finally {
    await desk.close();
  }
}
