import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { keptBytesMax } from "@lienthong/marc/bytes.ts";

/** A record that is set aside, with its place in the file and the reason. */
export type SetAside = {
  seq: number;
  offset: number;
  length: number;
  reason: string;
  detail: string;
  controlNumber: string;
  bytes: Uint8Array;
};

/** Keeps what could not be taken, for people to look at. */
export async function setAside(
  tx: Transaction,
  origin: { importId: string; libraryId: string },
  records: readonly SetAside[],
): Promise<void> {
  for (const record of records) {
    // One by one: nearly every batch has none, and a hundred of them may be ten megabytes.
    await run(
      tx,
      sql`
      insert into quarantine (import_id, seq, library_id, byte_offset, byte_length, reason, detail, control_number, bytes)
      values (${origin.importId}, ${record.seq}, ${origin.libraryId}, ${record.offset}, ${record.length}, ${record.reason},
              ${clean(record.detail).slice(0, 2_000)}, ${clean(record.controlNumber).slice(0, 200)},
              ${Buffer.from(record.bytes.subarray(0, keptBytesMax))})
      on conflict do nothing`,
    );
  }
}

const excerptCharactersMax = 2_000;

/** The begin of a record as it came, with dots for what cannot be read. */
export function excerptOf(bytes: Uint8Array): string {
  const text = new TextDecoder("utf-8").decode(bytes).replace(/[\p{Cc}\ufffd]/gu, ".");
  return [...text].slice(0, excerptCharactersMax).join("");
}

// PostgreSQL has no character NUL in texts.
const clean = (text: string) => text.replaceAll("\0", "");
