import { createReadStream } from "node:fs";
import { one, optional, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { enqueue, type Job, job, type Work } from "@lienthong/jobs/job.ts";
import type { Format } from "@lienthong/marc/detect.ts";
import type { Encoding } from "@lienthong/marc/encodings/encoding.ts";
import { type Read, readMarc, UnreadableFile } from "@lienthong/marc/read.ts";
import { refusals } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { ownSettings } from "../settings.ts";
import { ahead } from "./ahead.ts";
import { finishImport } from "./finish.ts";
import { pathOf } from "./kept-file.ts";
import { type Batch, makeReady } from "./make-ready.ts";
import { setAside } from "./set-aside.ts";
import { type Progress, takeBatch } from "./take-batch.ts";

export const refuse = refusals("catalogue.run-import", {
  unreadable: "The file could not be read on from the place that its quarantine names.",
  "file-lost": "The file is no longer there; give it again.",
});

type Payload = { importId: string };

// Two imports are at work at a time. One that has had its turn goes behind the others when any job waits: a file of millions
// of records keeps no other library waiting.
const turnMs = 5_000;

/** Jobs of one import are one job while it waits. */
export const jobKey = (importId: string) => `import:${importId}`;

/**
 * Takes an import's file batch by batch, from where the last kept batch ended. Two that work on one import by mistake do no
 * harm: a batch that does not begin where the import is changes nothing and ends its job.
 */
export const runImport: Job<Payload> = job(
  "run-import",
  { payload: z.object({ importId: z.uuid() }) },
  async (work) => {
    const { importId } = work.payload;
    const begun = await work.as((tx) => beginImport(tx, importId));
    if (!begun) return;
    const at: Progress = { doneBytes: begun.doneBytes, read: begun.read };
    try {
      const turnEnds = performance.now() + turnMs;
      // While the database takes one batch, the next is read and made ready.
      for await (const batch of ahead(readyBatches(begun))) {
        if (work.stopping.aborted) return await takeUpLater(work);
        if (!(await take(work, at, batch))) return;
        if (performance.now() > turnEnds && (await work.as(othersWait))) return await takeUpLater(work);
      }
    } catch (error) {
      await endFailed(work, at, error);
      return;
    }
    await work.as(async (tx) => {
      if (await isAt(tx, importId, at)) await finishImport(tx, importId);
    });
  },
);

/**
 * Takes a batch. When the database cannot hold something in it, its halves are taken, and in the end the one record that it
 * is about is set aside: no record stops the others. @returns whether the import goes on
 */
async function take(work: Work<Payload>, at: Progress, batch: Batch): Promise<boolean> {
  try {
    if (!(await work.as((tx) => takeBatch(tx, work.payload.importId, at, batch)))) return false;
  } catch (error) {
    const [one, ...others] = batch.read;
    if (!isAboutContent(error) || !one || (others.length === 0 && batch.incoming.length === 0)) throw error;
    const half = batch.read[Math.ceil(batch.read.length / 2)]?.seq;
    if (half !== undefined) return (await take(work, at, until(batch, half))) && take(work, at, from(batch, half));
    const { seq, offset, length, bytes } = one;
    const detail = "The record was read, but holds something that cannot be kept.";
    const aside = { seq, offset, length, bytes, reason: "undecodable", detail, controlNumber: "" };
    return take(work, at, { read: batch.read, incoming: [], faulty: [aside] });
  }
  const last = batch.read.at(-1)!;
  at.doneBytes = BigInt(last.offset + last.length);
  at.read = BigInt(last.seq);
  return true;
}

const until = (batch: Batch, seq: number) => only(batch, (one) => one.seq < seq);
const from = (batch: Batch, seq: number) => only(batch, (one) => one.seq >= seq);
const only = ({ read, incoming, faulty }: Batch, taken: (one: { seq: number }) => boolean): Batch => ({
  read: read.filter(taken),
  incoming: incoming.filter(taken),
  faulty: faulty.filter(taken),
});

/** PostgreSQL's classes 22 (data exception) and 54 (a limit of the program): trying again would not help. */
const isAboutContent = (error: unknown) => /^(?:22|54)/.test((error as { code?: string }).code ?? "");

type Begun = { libraryId: string; hash: string; format: Format; encoding: string; doneBytes: bigint; read: bigint };

/** @returns where the import goes on, undefined when it has ended */
const beginImport = (tx: Transaction, id: string): Promise<Begun | undefined> =>
  optional<Begun>(
    tx,
    sql`
    update import set state = 'RUNNING', started_at = coalesce(started_at, now()), seen_at = clock_timestamp()
    where id = ${id} and state in ('WAITING', 'RUNNING')
    returning library_id as "libraryId", file_hash as hash, format, encoding, done_bytes as "doneBytes", read`,
  );

// Beside the number of records their size is bounded too: a batch is held in memory and in one transaction.
const batchBytesMax = 8 * 1024 * 1024;

async function* readyBatches(begun: Begun): AsyncGenerator<Batch> {
  for await (const read of batches(begun)) yield await makeReady(begun.libraryId, read);
}

/** The file from where the import is, in stretches for one transaction each. */
async function* batches({ hash, format, encoding, doneBytes, read }: Begun): AsyncGenerator<Read[]> {
  const offset = Number(doneBytes);
  const stream = createReadStream(pathOf(hash), { start: offset, highWaterMark: 256 * 1024 });
  const records = readMarc(stream, {
    format,
    ...(offset > 0 ? { from: { offset, seq: Number(read) } } : {}),
    ...(encoding === "" ? {} : { encoding: encoding as Encoding }),
  });
  let batch: Read[] = [];
  let bytes = 0;
  try {
    for await (const record of records) {
      batch.push(record);
      bytes += record.bytes.length;
      if (batch.length < ownSettings().IMPORT_BATCH_RECORDS && bytes < batchBytesMax) continue;
      yield batch;
      [batch, bytes] = [[], 0];
    }
  } catch (error) {
    // What was read before the file turned out to be unreadable is taken all the same.
    if (batch.length > 0 && error instanceof UnreadableFile) yield batch;
    throw error;
  }
  if (batch.length > 0) yield batch;
}

const othersWait = async (tx: Transaction): Promise<boolean> => {
  const { wait } = await one<{ wait: boolean }>(
    tx,
    sql`
    select exists (select from graphile_worker.jobs where locked_at is null and run_at <= now() and attempts < max_attempts)
      as wait`,
  );
  return wait;
};

/** The service stops, or others wait: the job ends, and another begins where this one was. */
const takeUpLater = (work: Work<Payload>) =>
  work.as((tx) => enqueue(tx, runImport, work.payload, jobKey(work.payload.importId)));

/** Ends an import that no trying again can mend; anything else is thrown on, and the job is tried again. */
async function endFailed(work: Work<Payload>, at: Progress, error: unknown): Promise<void> {
  const { importId } = work.payload;
  const lost = (error as { code?: string }).code === "ENOENT";
  if (!lost && !(error instanceof UnreadableFile)) throw error;
  await work.as(async (tx) => {
    const running = await isAt(tx, importId, at);
    if (!running) return;
    if (error instanceof UnreadableFile) {
      const seq = Number(at.read) + 1;
      const place = { seq, offset: error.offset, length: 0, bytes: new Uint8Array(), controlNumber: "" };
      const { libraryId } = running;
      await setAside(tx, { importId, libraryId }, [{ ...place, reason: error.looksLike, detail: error.message }]);
    }
    await finishImport(tx, importId, refuse(lost ? "file-lost" : "unreadable").refused.code);
  });
}

/** The import, locked, if it runs and is still where this job left it. */
const isAt = (tx: Transaction, id: string, at: Progress): Promise<{ libraryId: string } | undefined> =>
  optional<{ libraryId: string }>(
    tx,
    sql`
    select library_id as "libraryId" from import
    where id = ${id} and state = 'RUNNING' and done_bytes = ${at.doneBytes} for update`,
  );
