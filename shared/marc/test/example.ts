import { readMarc } from "@lienthong/marc/read.ts";
import { first, missing } from "@lienthong/marc/record.ts";

/** One line for each record of a file. */
export async function* told(file: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const read of readMarc(file)) {
    if (!read.ok) yield `${read.seq} at byte ${read.offset}: ${read.reason}. ${read.detail}`;
    else yield `${read.seq}: ${missing(read.record) ?? first(read.record, "245", "a")} (${read.encoding})`;
  }
}
