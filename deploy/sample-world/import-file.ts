import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { type Import, ImportState, type StartImportRequest } from "@lienthong/proto/catalogue/v1/service.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import type { Doors } from "./doors.ts";

const client = "sample-cataloguer";

/**
 * Hands a file to a library's import and waits for its end.
 * @returns the import, or the code of the refusal where the file is no MARC
 */
export async function importFile(
  doors: Doors,
  libraryId: string,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  onProgress: (running: Import) => void = () => {},
): Promise<Import | string> {
  const { catalogue } = await doors.as(client, libraryId);
  const started = answered(
    await catalogue.startImport(parts(name, bytes), {
      requestId: `sample-world/import/${libraryId}/${encodeURIComponent(name)}`,
      deadlineMs: 600_000,
    }),
  );
  if (isRefusal(started)) return started.refused.code;
  for (;;) {
    const { catalogue: again } = await doors.as(client, libraryId);
    const running = answered(await again.getImport({ id: started.id }));
    if (isRefusal(running)) return running.refused.code;
    onProgress(running);
    if (running.state !== ImportState.WAITING && running.state !== ImportState.RUNNING) return running;
    await pause(300);
  }
}

export const fileBytes = (path: string): AsyncIterable<Uint8Array> =>
  createReadStream(path, { highWaterMark: pieceBytes });
export const givenBytes = (bytes: Uint8Array): AsyncIterable<Uint8Array> => Readable.from(pieces(bytes));

// A message may have a mebibyte.
const pieceBytes = 256 * 1024;

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function* parts(name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<StartImportRequest> {
  yield { part: { $case: "file", value: { name, encoding: "" } } };
  for await (const chunk of bytes) yield { part: { $case: "chunk", value: Buffer.from(chunk) } };
}
