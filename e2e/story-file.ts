import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { readMarc } from "@lienthong/marc/read.ts";
import { controlField, type MarcRecord } from "@lienthong/marc/record.ts";
import { toIso2709 } from "@lienthong/marc/write.ts";

const records = join(import.meta.dirname, "..", "deploy", "sample-world", "records");
// The one Vietnamese record among the real ones: Phóng sự báo chí, 2015.
const vietnamese = "9220704";

/** What a librarian drops: real records, one of them with the library's own copy, and three that cannot be taken. */
export async function storyFile(copy: Copy): Promise<Buffer> {
  const own = Buffer.from(toIso2709(await withCopy(copy)));
  const others = await otherRecords();
  const [first = own] = others;
  const noTitle = Buffer.from(toIso2709(withoutTitle(await realRecord())));
  const garbled = Buffer.concat([Buffer.from("x".repeat(24)), first.subarray(24, 300), Buffer.from([0x1d])]);
  const cut = own.subarray(0, own.length - 400);
  return Buffer.concat([own, noTitle, ...others, garbled, cut]);
}

export const brokenRecords = 3;

export type Copy = { library: string; barcode: string; callNumber: string };

/** The same edition as another library describes it, with that library's copy. */
export async function sameBookElsewhere(copy: Copy): Promise<Buffer> {
  return Buffer.from(toIso2709(await withCopy(copy)));
}

/** As the real record says it: its title without what follows a colon, and three of its words as typed without marks. */
export const book = { title: "Phóng sự báo chí", words: "phong su bao" };

async function withCopy({ library, barcode, callNumber }: Copy): Promise<MarcRecord> {
  const record = await realRecord();
  const subfields = [
    ["a", library],
    ["b", "Kho mượn"],
    ["h", callNumber],
    ["p", barcode],
  ] as const;
  const held = {
    tag: "852",
    ind1: " ",
    ind2: " ",
    subfields: subfields.map(([code, value]) => ({ code, value })),
  };
  return { ...record, fields: [...record.fields, held] };
}

const withoutTitle = (record: MarcRecord): MarcRecord => ({
  ...record,
  control: record.control.map((field) => (field.tag === "001" ? { ...field, value: `${field.value}-x` } : field)),
  fields: record.fields.filter(({ tag }) => tag !== "245"),
});

async function realRecord(): Promise<MarcRecord> {
  for await (const read of readMarc(createReadStream(join(records, "cornell.mrc")))) {
    if (read.ok && controlField(read.record, "001") === vietnamese) return read.record;
  }
  return assert.fail(`cornell.mrc holds no record ${vietnamese}`);
}

async function otherRecords(): Promise<Buffer[]> {
  const others: Buffer[] = [];
  for (const name of ["cornell.mrc", "ruby-marc.mrc"]) {
    for await (const read of readMarc(createReadStream(join(records, name)))) {
      if (read.ok && controlField(read.record, "001") !== vietnamese) others.push(Buffer.from(read.bytes));
    }
  }
  return others;
}
