import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { detectBytes, type Format, inspect } from "@lienthong/marc/detect.ts";
import { readMarc } from "@lienthong/marc/read.ts";
import { ownSettings } from "../settings.ts";

/** A file in the folder of uploads, called by the SHA-256 of its bytes. */
export type KeptFile = { hash: string; sizeBytes: number; format: Format };

/** A file is larger than is taken. */
export class FileTooLarge extends Error {}

/** Where a kept file lies. */
export const pathOf = (hash: string): string => join(ownSettings().UPLOAD_FOLDER, hash);

/**
 * Writes a file to disk as it comes and keeps it under its hash, so that the same file is kept once. Its first bytes
 * decide whether it is taken at all, before the rest is received.
 * @throws UnreadableFile for what is neither ISO 2709 nor MARCXML
 * @throws FileTooLarge beyond the setting's limit
 */
export async function keepFile(chunks: AsyncIterable<Uint8Array>): Promise<KeptFile> {
  const { UPLOAD_FOLDER: folder, UPLOAD_BYTES_MAX: bytesMax } = ownSettings();
  await mkdir(folder, { recursive: true });
  const arriving = join(folder, `arriving-${randomUUID()}`);
  const file = await open(arriving, "wx", 0o600);
  try {
    const { hash, sizeBytes, format } = await receive(chunks, file, bytesMax);
    await file.sync();
    await file.close();
    await beginRecords(arriving, format);
    await rename(arriving, join(folder, hash));
    await syncFolder(folder);
    return { hash, sizeBytes, format };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(arriving, { force: true });
    throw error;
  }
}

async function receive(chunks: AsyncIterable<Uint8Array>, file: FileHandle, bytesMax: number): Promise<KeptFile> {
  const hash = createHash("sha256");
  let head = Buffer.alloc(0);
  let format: Format | undefined;
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > bytesMax) throw new FileTooLarge();
    if (!format) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= detectBytes) format = formatOf(head);
    }
    hash.update(chunk);
    await file.write(chunk);
  }
  format ??= formatOf(head);
  return { hash: hash.digest("hex"), sizeBytes, format };
}

function formatOf(head: Buffer): Format {
  const verdict = inspect(head.subarray(0, detectBytes));
  if (typeof verdict !== "string") throw verdict;
  return verdict;
}

/** XML that is no MARC shows itself only where the first record should be. @throws UnreadableFile there */
async function beginRecords(path: string, format: Format): Promise<void> {
  for await (const _first of readMarc(createReadStream(path), { format })) return;
}

/** The name in the folder must outlive a power cut as well as the file's bytes do. */
async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, "r");
  await opened.sync().finally(() => opened.close());
}
