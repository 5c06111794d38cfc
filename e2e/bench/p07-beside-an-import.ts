import { givenBytes, importFile } from "../../deploy/sample-world/import-file.ts";
import { sampleLibraries } from "../../deploy/sample-world/libraries.ts";
import { aDesk, recordsFile } from "./desk-stage.ts";
import { line } from "./line.ts";
import { drive, offer, percentile } from "./load.ts";
import type { BenchPlatform } from "./platform.ts";

const recordsPerImport = 6_000;

export const measured = line({
  name: "P7",
  says: "p95 of check-outs at a quarter of the most, while another library's import runs ÷ alone",
  figures: { p95: { unit: "×", floor: { atMost: 3 }, goal: { atMost: 1.5 } } },
  async run({ platform, seconds, pairs }) {
    const on = await platform();
    const desk = await aDesk(on);
    const most = await drive(8, seconds, (n) => desk.checkOut(n));
    const lend = async (forSeconds: number) =>
      percentile((await offer(most.perSecond / 4, forSeconds, (n) => desk.checkOut(n))).ms, 0.95);
    let importing: Promise<unknown> = Promise.resolve();
    let files = 0;
    return {
      p95: await pairs({
        of: "ms p95",
        ours: async (forSeconds) => {
          files += 1;
          ({ importing } = await startImport(on, `${Date.now()}-${files}`));
          const p95 = await lend(forSeconds);
          if (await isOver(importing)) throw new Error("The import was over before the desk; it needs more records");
          return p95;
        },
        bare: lend,
        between: async () => {
          await importing;
          await desk.untilHeard();
          await desk.bringHome();
        },
        note: `${recordsPerImport} records with as many items`,
      }),
    };
  },
});

/** Begins the import and comes back when its first records are in. */
async function startImport({ doors }: BenchPlatform, name: string): Promise<{ importing: Promise<unknown> }> {
  const code = sampleLibraries[0]?.code ?? "";
  const begun = Promise.withResolvers<void>();
  const bytes = recordsFile(code, name, recordsPerImport, 1);
  const importing = importFile(
    doors,
    code,
    `${name}.mrc`,
    givenBytes(bytes),
    ({ read }) => read > 0 && begun.resolve(),
  );
  await Promise.race([begun.promise, importing]);
  return { importing };
}

const isOver = (work: Promise<unknown>) =>
  Promise.race([work.then(() => true), new Promise<boolean>((no) => setImmediate(no, false))]);
