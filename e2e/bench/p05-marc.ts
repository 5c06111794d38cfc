import { Readable } from "node:stream";
import { toIso2709 } from "@lienthong/marc/write.ts";
import { readMarc } from "@lienthong/marc/read.ts";
import { Marc } from "marcjs";
import { line } from "./line.ts";
import { type MadeCatalogue, recordOf } from "./made-catalogue.ts";
import { walk } from "./marc-walker.ts";

const made: MadeCatalogue = { seed: 5, editions: 8_000, libraries: 60 };

export const measured = line({
  name: "P5",
  says: "MARC records read a second, checked and mended ÷ marcjs; ÷ a bare walker over the bytes",
  figures: {
    marcjs: { unit: "×", floor: { atLeast: 1 }, goal: { atLeast: 1.8 } },
    walker: { unit: "×", floor: { atLeast: 0.4 }, goal: { atLeast: 0.65 } },
  },
  async run({ pairs }) {
    const records = Array.from({ length: made.editions }, (_, n) => Buffer.from(toIso2709(recordOf(made, 0, n, "M"))));
    const file = Buffer.concat(records);
    const ours = (seconds: number) => rate(seconds, () => readAll(file));
    return {
      marcjs: await pairs({
        of: "records/s",
        ours,
        // Cut already, and without its stream, which rests a turn of the event loop for every record.
        bare: (seconds) => rate(seconds, async () => parsedByMarcjs(records)),
        note: `${Math.round(file.length / records.length)} bytes a record`,
      }),
      walker: await pairs({
        of: "records/s",
        ours,
        bare: (seconds) => rate(seconds, async () => walk(file, (fields) => void (kept = fields))),
      }),
    };
  },
});

// What was parsed must be seen to be used, or an engine could leave the work undone.
let kept: unknown;

async function readAll(file: Buffer): Promise<number> {
  let read = 0;
  for await (const record of readMarc(Readable.from(pieces(file)))) {
    if (!record.ok) throw new Error(`Record ${record.seq} was set aside: ${record.reason}`);
    kept = record;
    read += 1;
  }
  return read;
}

function* pieces(file: Buffer): Generator<Buffer> {
  for (let at = 0; at < file.length; at += 256 * 1024) yield file.subarray(at, at + 256 * 1024);
}

function parsedByMarcjs(records: Buffer[]): number {
  for (const record of records) kept = Marc.parse(record, "iso2709");
  return records.length;
}

async function rate(seconds: number, once: () => Promise<number>): Promise<number> {
  const started = performance.now();
  let records = 0;
  while (performance.now() - started < seconds * 1000) records += await once();
  if (kept === undefined) throw new Error("Nothing was read");
  return (records * 1000) / (performance.now() - started);
}
