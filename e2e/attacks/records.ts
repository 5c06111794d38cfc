import type { MarcRecord } from "@lienthong/marc/record.ts";
import { toIso2709 } from "@lienthong/marc/write.ts";
import { type Import, ImportState, type StartImportRequest } from "@lienthong/proto/catalogue/v1/service.ts";
import { answered, isRefusal, type Refusal } from "@lienthong/rpc/refusal.ts";
import { until } from "@lienthong/testing/until.ts";
import { tokenOf } from "./people.ts";
import { callsOf } from "./platform.ts";

/** Fields of a record: tag, then its subfields. */
export type Fields = [tag: string, ...subfields: [code: string, value: string][]][];

/** A record as a library might have made it, and whatever somebody else wants to put into one. */
export function recordWith(controlNumber: string, fields: Fields, status = "n"): MarcRecord {
  return {
    leader: `00000${status}am a2200000 a 4500`,
    control: [
      { tag: "001", value: controlNumber },
      { tag: "008", value: "241123s2005    vm                  vie  " },
    ],
    fields: fields.map(([tag, ...subfields]) => ({
      tag,
      ind1: " ",
      ind2: " ",
      subfields: subfields.map(([code, value]) => ({ code, value })),
    })),
  };
}

export const itemField = (libraryId: string, barcode: string): Fields[number] => [
  "852",
  ["a", libraryId],
  ["b", "Kho mượn"],
  ["p", barcode],
];

export const asFile = (...records: MarcRecord[]): Buffer =>
  Buffer.concat(records.map((record) => Buffer.from(toIso2709(record))));

/** Hands a file to a library's import. @returns the import, or the refusal */
export async function importStarted(libraryId: string, file: Uint8Array, name = "sach.mrc"): Promise<Import | Refusal> {
  const { startImport } = callsOf("catalogue", { token: await tokenOf("sample-cataloguer"), libraryId });
  return answered(await startImport(partsOf(file, name), { deadlineMs: 60_000 }));
}

/** Hands a file to a library's import and waits for its end. @throws Error where it is refused */
export async function imported(libraryId: string, file: Uint8Array, name?: string): Promise<Import> {
  const started = await importStarted(libraryId, file, name);
  if (isRefusal(started)) throw new Error(`Refused: ${started.refused.code}`);
  return importEnded(libraryId, started.id);
}

/** Waits for an import's end, good or bad. */
export function importEnded(libraryId: string, id: string): Promise<Import> {
  return until(
    async () => {
      const { getImport } = callsOf("catalogue", { token: await tokenOf("sample-cataloguer"), libraryId });
      const now = answered(await getImport({ id }));
      if (isRefusal(now)) throw new Error(`Refused: ${now.refused.code}`);
      return now;
    },
    ({ state }) => state !== ImportState.WAITING && state !== ImportState.RUNNING,
    60_000,
  );
}

async function* partsOf(file: Uint8Array, name: string): AsyncGenerator<StartImportRequest> {
  yield { part: { $case: "file", value: { name, encoding: "" } } };
  for (let at = 0; at < file.length; at += 256 * 1024)
    yield { part: { $case: "chunk", value: Buffer.from(file.subarray(at, at + 256 * 1024)) } };
}

/** Which title a library's record belongs to. */
export async function mappedRecords(libraryId: string): Promise<Map<string, { recordId: string; titleId: string }>> {
  const { titleMapping } = callsOf("catalogue", { token: await tokenOf("sample-cataloguer"), libraryId });
  const found = new Map<string, { recordId: string; titleId: string }>();
  for (let after = ""; ; ) {
    const { records } = await titleMapping({ libraryId, after, size: 1_000 });
    for (const { controlNumber, recordId, titleId } of records) found.set(controlNumber, { recordId, titleId });
    const last = records.at(-1);
    if (!last) return found;
    after = last.recordId;
  }
}
