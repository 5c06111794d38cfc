import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type Read, type ReadOptions, readMarc } from "../read.ts";
import type { MarcRecord } from "../record.ts";
import { toIso2709, toMarcXml } from "../write.ts";

/** A book as a Vietnamese library describes it. */
export function aBook(control: string, title = "Đường Kách mệnh"): MarcRecord {
  return {
    leader: "00000nam a2200000 a 4500",
    control: [
      { tag: "001", value: control },
      { tag: "008", value: "150815s2005    vm            000 0 vie d" },
    ],
    fields: [
      { tag: "100", ind1: "0", ind2: " ", subfields: [{ code: "a", value: "Nguyễn Du" }] },
      {
        tag: "245",
        ind1: "1",
        ind2: "0",
        subfields: [
          { code: "a", value: title },
          { code: "c", value: "Hồ Chí Minh" },
        ],
      },
      {
        tag: "260",
        ind1: " ",
        ind2: " ",
        subfields: [
          { code: "a", value: "Hà Nội" },
          { code: "b", value: "Văn học" },
        ],
      },
    ],
  };
}

/** The book as ISO 2709. */
export const iso = (record: MarcRecord) => Buffer.from(toIso2709(record));

/** A MARCXML file of these elements. */
export function xmlFile(...records: (MarcRecord | string)[]): Buffer {
  const elements = records.map((record) =>
    typeof record === "string" ? record : toMarcXml(record, { inCollection: true }),
  );
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<collection xmlns="http://www.loc.gov/MARC21/slim">\n${elements.join("\n")}\n</collection>\n`,
  );
}

/** An ISO 2709 record whose fields hold these bytes as they are. */
export function isoOfBytes(fields: [tag: string, data: Uint8Array][], claim = " "): Buffer {
  let directory = "";
  let at = 0;
  for (const [tag, data] of fields) {
    directory += `${tag}${String(data.length + 1).padStart(4, "0")}${String(at).padStart(5, "0")}`;
    at += data.length + 1;
  }
  const base = 25 + directory.length;
  const head = `${String(base + at + 1).padStart(5, "0")}nam ${claim}22${String(base).padStart(5, "0")} a 4500${directory}\x1e`;
  const bodies = fields.flatMap(([, data]) => [data, Buffer.from("\x1e")]);
  return Buffer.concat([Buffer.from(head), ...bodies, Buffer.from("\x1d")]);
}

/** A real record that stands beside the tests. */
export const realFile = (name: string) => readFileSync(new URL(`records/${name}`, import.meta.url));

/** Everything a file comes to, read in chunks of this size. */
export async function readAll(file: Uint8Array, options: ReadOptions & { chunkBytes?: number } = {}): Promise<Read[]> {
  const reads: Read[] = [];
  for await (const read of readMarc(chunks(file, options.chunkBytes ?? 65_536), options)) reads.push(read);
  return reads;
}

async function* chunks(file: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}

/** The record, where it was read; a test that wants one fails otherwise. */
export function read(one: Read | undefined): Extract<Read, { ok: true }> {
  assert(one?.ok, inWords(one));
  return one;
}

/** In one word what became of a record: its control number, or the reason why it was set aside. */
export function inWords(read: Read | undefined): string {
  if (!read) return "nothing";
  return read.ok ? (read.record.control.find(({ tag }) => tag === "001")?.value ?? "no control number") : read.reason;
}

/** The kinds of repairs of a read record. */
export function repairsOf(read: Read | undefined): string[] {
  return read?.ok ? read.repairs.map(({ kind }) => kind) : [`set aside: ${inWords(read)}`];
}
