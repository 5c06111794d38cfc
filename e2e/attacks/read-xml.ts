import { readFileSync } from "node:fs";
import { readMarc, UnreadableFile } from "@lienthong/marc/read.ts";

/** What reading a document came to and cost; memory is what the process grew by at its peak. */
export type ReadXml = { read: string[]; aside: string[]; refused: string; ms: number; grownMiB: number };

/** A document by its parts: each text so many times. */
export type Document = readonly (readonly [text: string, times: number])[];

// Run as a process of its own, because memory is measured: the document comes as JSON on its input.
const document = JSON.parse(readFileSync(0, "utf8")) as Document;

async function* bytes(): AsyncGenerator<Uint8Array> {
  const chunk = 64 * 1024;
  for (const [text, times] of document) {
    const each = Math.max(1, Math.floor(chunk / text.length));
    for (let left = times; left > 0; left -= each) yield Buffer.from(text.repeat(Math.min(each, left)));
  }
}

const peakMiB = () => process.resourceUsage().maxRSS / 1024;
// What the program needs to read anything at all is not the document's doing.
const small = `<collection><record><leader>00000nam a2200000 a 4500</leader></record></collection>`;
for await (const _ of readMarc(once(Buffer.from(small))));
async function* once(all: Uint8Array): AsyncGenerator<Uint8Array> {
  yield all;
}

const before = peakMiB();
const begun = process.cpuUsage();
const outcome: ReadXml = { read: [], aside: [], refused: "", ms: 0, grownMiB: 0 };
try {
  for await (const one of readMarc(bytes())) {
    if (!one.ok) outcome.aside.push(one.reason);
    else outcome.read.push(one.record.fields.flatMap((field) => field.subfields.map(({ value }) => value)).join(" "));
  }
} catch (error) {
  if (!(error instanceof UnreadableFile)) throw error;
  outcome.refused = error.looksLike;
}
// The processor's time: others may be at work on this machine.
const { user, system } = process.cpuUsage(begun);
outcome.ms = Math.round((user + system) / 1000);
outcome.grownMiB = Math.round(peakMiB() - before);
outcome.read = outcome.read.slice(0, 10).map((text) => text.slice(0, 200));
outcome.aside = [...new Set(outcome.aside)];
process.stdout.write(JSON.stringify(outcome));
