import { randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A secret of this clone's platform: the file that holds it, and what it says. */
export type Secret = { file: string; value: string };

/** Gives the secret of that name, made of 32 random bytes when it is asked for the first time. Never printed. */
export async function secret(folder: string, name: string): Promise<Secret> {
  const file = join(folder, name);
  const known = await readFile(file, "utf8").catch(() => undefined);
  if (known !== undefined) return { file, value: known.trim() };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Linked in whole: of two who make it at once one wins, and nobody ever reads half of it.
  const draft = join(folder, `.${name}-${randomUUID()}`);
  await writeFile(draft, randomBytes(32).toString("base64url"), { mode: 0o600 });
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await unlink(draft);
  return { file, value: (await readFile(file, "utf8")).trim() };
}
