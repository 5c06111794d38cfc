import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bound, type Figure, judge, type Verdict } from "./figure.ts";
import type { Bench, Line } from "./line.ts";
import { type LoadSeen, machine, outsideCoresMax, watchLoad } from "./machine.ts";
import { pairsOf, shown } from "./pairs.ts";
import type { BenchPlatform } from "./platform.ts";

type Options = {
  seconds: number;
  platform: () => Promise<BenchPlatform>;
  /** Processes that belong to the measurement besides this one. */
  roots: () => number[];
  /** Where the figures are kept as JSON. */
  folder: string;
};

type Measured = {
  name: string;
  says: string;
  load: LoadSeen;
  judged: boolean;
  figures: Record<string, Told>;
  failure?: string;
};
type Told = Figure & { bound: Bound; verdict: Verdict };

/** The lines there are, by their file: `p01-check-out.ts` holds P1, `growth-….ts` a curve. Each exports one as `measured`. */
export async function allLines(): Promise<Line[]> {
  const files = readdirSync(import.meta.dirname).filter((file) => /^(p\d\d|growth)-[\w-]+\.ts$/.test(file));
  return Promise.all(
    files.sort().map(async (file) => {
      const { measured } = (await import(join(import.meta.dirname, file))) as { measured?: Line };
      if (!measured) throw new Error(`e2e/bench/${file} exports no "measured"`);
      return measured;
    }),
  );
}

/** Measures lines one after the other, prints each, keeps all as JSON. @returns whether every judged floor was reached */
export async function measureAll(lines: readonly Line[], options: Options): Promise<boolean> {
  const about = machine();
  say(
    Object.entries(about)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
  );
  const measured: Measured[] = [];
  for (const line of lines) {
    measured.push(await measureLine(line, options));
    // After each, so that what was measured is kept when a later one fails.
    keep(options.folder, { at: new Date().toISOString(), seconds: options.seconds, machine: about, lines: measured });
  }
  say(`Figures as JSON: ${fileIn(options.folder)}`);
  return measured.every(
    ({ judged, failure, figures }) =>
      failure === undefined && (!judged || Object.values(figures).every(({ verdict }) => verdict !== "missed")),
  );
}

async function measureLine(line: Line, { seconds, platform, roots }: Options): Promise<Measured> {
  say(`\n${line.name}  ${line.says}`);
  const bench: Bench = { seconds, platform, say, pairs: pairsOf(seconds, say) };
  const seen = watchLoad(() => [process.pid, ...roots()]);
  try {
    const found = await line.run(bench);
    const load = seen();
    const judged = line.atAnyLoad ?? load.outsideCores <= outsideCoresMax;
    const figures = Object.fromEntries(
      Object.entries(line.figures).map(([name, bound]) => {
        const figure = found[name];
        if (!figure) throw new Error(`${line.name} measured nothing for "${name}"`);
        return [name, { ...figure, bound, verdict: judge(figure.value, bound) }];
      }),
    );
    for (const [name, figure] of Object.entries(figures)) say(inWords(name, figure, judged));
    say(
      `  load ${shown(load.before)} before, ${shown(load.after)} after; others took ${shown(load.outsideCores)} cores`,
    );
    return { name: line.name, says: line.says, load, judged, figures };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say(`  failed: ${failure}`);
    return { name: line.name, says: line.says, load: seen(), judged: false, figures: {}, failure };
  }
}

function inWords(name: string, { value, bound, verdict, ours, bare, note }: Told, judged: boolean): string {
  const mark = (one: { atLeast: number } | { atMost: number }) =>
    "atLeast" in one ? `≥ ${one.atLeast}` : `≤ ${one.atMost}`;
  const words: Record<Verdict, string> = { goal: "goal reached", floor: "floor reached", missed: "FLOOR MISSED" };
  const sides = [ours && `ours ${ours}`, bare && `bare ${bare}`, note].filter(Boolean).join("; ");
  return [
    `  ${name}: ${shown(value)} ${bound.unit}`,
    `(floor ${mark(bound.floor)}, goal ${mark(bound.goal)})`,
    judged
      ? words[verdict]
      : `not judged: others took more than ${outsideCoresMax} cores (${words[verdict].toLowerCase()})`,
    sides && `[${sides}]`,
  ].join(" ");
}

const startedAt = new Date().toISOString().replaceAll(":", "-");
const fileIn = (folder: string) => join(folder, `${startedAt}.json`);

function keep(folder: string, run: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileIn(folder), `${JSON.stringify(run, null, 1)}\n`);
}

const say = (line: string) => void process.stdout.write(`${line}\n`);
