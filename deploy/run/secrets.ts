import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A secret of this clone's platform: the file that holds it, and what it says. */
export type Secret = { file: string; value: string };

/** Gives the secret of that name, made of 32 random bytes when it is asked for the first time. Never printed. */
export async function secret(folder: string, name: string): Promise<Secret> {
  const file = join(folder, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const fresh = randomBytes(32).toString("base64url");
  try {
    // "wx" lets only the first of two writers make it; the other one reads what is there.
    await writeFile(file, fresh, { flag: "wx", mode: 0o600 });
    return { file, value: fresh };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return { file, value: (await readFile(file, "utf8")).trim() };
  }
}
