import { execFile } from "node:child_process";
import { chown, mkdir } from "node:fs/promises";
import { promisify } from "node:util";
import { Failure } from "./failure.ts";

const exec = promisify(execFile);
const name = "lienthong";

export type Account = { uid: number; gid: number };

/**
 * The system user the parts run as when the command runs as root, because PostgreSQL and OpenSearch refuse root.
 * It is made once. Undefined for everybody else: then the parts run as the person who started them.
 */
export async function partsAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const found = await idOf();
  if (found) return found;
  try {
    await exec("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name]);
  } catch (cause) {
    throw new Failure(`The system user "${name}" could not be made: ${(cause as Error).message.trim()}`, { cause });
  }
  const made = await idOf();
  if (!made) throw new Failure(`The system user "${name}" was made but cannot be found by "id ${name}".`);
  return made;
}

/** Makes a folder that only the parts' account may enter. PostgreSQL insists on it for its own. */
export async function privateFolder(path: string, account: Account | undefined): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (account) await chown(path, account.uid, account.gid);
  return path;
}

/** Says at once, and by name, when a folder lies where the parts' account cannot go (below /root, for one). */
export async function assertReachable(path: string, account: Account | undefined): Promise<void> {
  if (!account) return;
  try {
    await exec("/bin/sh", ["-c", 'cd "$0"', path], { uid: account.uid, gid: account.gid });
  } catch (cause) {
    throw new Failure(
      `The user "${name}", as which the parts run, may not enter ${path}; choose another place by LIENTHONG_CACHE or LIENTHONG_DATA.`,
      { cause },
    );
  }
}

async function idOf(): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([exec("id", ["-u", name]), exec("id", ["-g", name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}
