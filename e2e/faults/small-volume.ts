import { execFile } from "node:child_process";
import { mkdir, statfs } from "node:fs/promises";
import { promisify } from "node:util";

/** A disk of its own for a part, which a test may let run full. */
export type Volume = {
  /** From now on not one page more fits on it. */
  fill(): Promise<void>;
  /** There is room again. */
  makeRoom(): Promise<void>;
  unmount(): Promise<void>;
};

const exec = promisify(execFile);
const roomyBytes = 2 * 1024 ** 3;

/** @returns undefined where this process may not mount */
export async function aVolume(path: string): Promise<Volume | undefined> {
  await mkdir(path, { recursive: true });
  try {
    await exec("mount", ["-t", "tmpfs", "-o", `size=${roomyBytes},mode=0755`, "none", path]);
  } catch {
    return undefined;
  }
  const resize = (bytes: number) => exec("mount", ["-o", `remount,size=${bytes}`, path]);
  return {
    async fill() {
      // What is written between looking and shrinking makes it refuse: then it is looked at again.
      for (;;) {
        const { bsize, blocks, bfree } = await statfs(path);
        const shrunk = await resize(bsize * (blocks - bfree)).then(
          () => true,
          () => false,
        );
        if (shrunk) return;
      }
    },
    makeRoom: async () => void (await resize(roomyBytes)),
    unmount: async () => void (await exec("umount", ["--lazy", path])),
  };
}
