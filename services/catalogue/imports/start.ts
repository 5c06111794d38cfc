import { one, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { enqueue } from "@lienthong/jobs/job.ts";
import { UnreadableFile } from "@lienthong/marc/detect.ts";
import type { StartImportRequest, StartImportResponse } from "@lienthong/proto/catalogue/v1/service.ts";
import { upload } from "@lienthong/rpc/answer.ts";
import { badInput } from "@lienthong/rpc/fault.ts";
import { type Refusal, refusals, refused } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { checked } from "../asked.ts";
import { ownSettings } from "../settings.ts";
import { type ImportRow, importColumns, shownImport } from "./import.ts";
import { FileTooLarge, type KeptFile, keepFile } from "./kept-file.ts";
import { jobKey, runImport } from "./run.ts";

export const refuse = refusals("catalogue.start-import", {
  "not-marc": "The file is neither ISO 2709 nor MARCXML.",
  "too-large": "The file is larger than is taken at once; divide it.",
});

/** Receives a file, keeps it, and queues its import for the caller's library. */
export const StartImport = upload<StartImportRequest, StartImportResponse>(async (asks, caller) => {
  const parts = asks[Symbol.asyncIterator]();
  const opening = (await parts.next()) as IteratorResult<StartImportRequest, undefined>;
  if (opening.value?.part?.$case !== "file") {
    throw badInput({ field: "part", problem: "the first message names the file, the others carry its bytes" });
  }
  const named = checked(shape, opening.value.part.value);
  const kept = await keepFile(chunksOf(parts)).catch(refusalOf);
  if ("refused" in kept) return refused(kept);
  return caller.as(async (tx) => ({ outcome: { $case: "import", value: shownImport(await queue(tx, named, kept)) } }));
});

const shape = z.object({
  // A client's path is nobody's business: what stands before the last slash is left out.
  name: z.string().transform((name) =>
    name
      .slice(-1_000)
      .normalize("NFC")
      .split(/[/\\]/)
      .at(-1)!
      .replace(/\p{Cc}/gu, "")
      .trim()
      .slice(0, 200),
  ),
  encoding: z.enum(
    ["", "utf-8", "marc-8", "windows-1258", "tcvn3", "vni"],
    "utf-8, marc-8, windows-1258, tcvn3 or vni; leave it empty to decide by each record's bytes",
  ),
});

async function queue(tx: Transaction, named: z.output<typeof shape>, kept: KeptFile): Promise<ImportRow> {
  const row = await one<ImportRow>(
    tx,
    sql`
    insert into import (library_id, file_name, file_hash, format, encoding, size_bytes)
    values (${tx.actor.libraryId}, ${named.name}, ${kept.hash}, ${kept.format}, ${named.encoding}, ${kept.sizeBytes})
    returning ${importColumns}`,
  );
  await enqueue(tx, runImport, { importId: row.id }, jobKey(row.id));
  return row;
}

async function* chunksOf(parts: AsyncIterator<StartImportRequest>): AsyncGenerator<Uint8Array> {
  for (let next = await parts.next(); !next.done; next = await parts.next()) {
    const { part } = next.value;
    if (part?.$case !== "chunk") throw badInput({ field: "part", problem: "after the file's name only bytes follow" });
    yield part.value;
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof FileTooLarge) return refuse("too-large", { limitBytes: String(ownSettings().UPLOAD_BYTES_MAX) });
  if (!(error instanceof UnreadableFile)) throw error;
  return refuse("not-marc", { looksLike: error.looksLike, offset: String(error.offset), detail: error.message });
}
