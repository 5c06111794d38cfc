import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Failure } from "../run/failure.ts";

/**
 * The folder of a part in the cache, filled by `fill` when it is not there. It is filled under another name and renamed
 * at the end, so a folder that is there is whole, whatever was killed; two clones that fetch at once harm nobody.
 */
export async function partFolder(
  cache: string,
  name: string,
  fill: (work: string) => Promise<string>,
): Promise<string> {
  const folder = join(cache, name);
  if (await exists(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, `.${name}-`));
  try {
    const filled = await fill(work);
    // The parts run as another user than the one who fetched them, and a temporary folder is closed to others.
    await chmod(filled, 0o755);
    await rename(filled, folder).catch(async (error: NodeJS.ErrnoException) => {
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}

/** Refuses an archive whose sha256 is not the locked one. */
export async function assertChecksum(file: string, coordinate: string, sha256: string): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  const found = hash.digest("hex");
  if (found !== sha256)
    throw new Failure(
      `${coordinate} has the checksum ${found}, but the lock in deploy/ expects ${sha256}; nothing was unpacked.`,
    );
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
