import { open } from "node:fs/promises";

const tailBytes = 64 * 1024;
const sentenceLength = 300;

/** The line of a log that most likely says why: the last one that speaks of an error, else the last one. */
export async function lastErrorLine(path: string): Promise<string | undefined> {
  const lines = (await tail(path)).split("\n").filter((line) => line.trim() !== "" && !/^\s+(at |\.\.\.)/.test(line));
  const line = lines.findLast((each) => /error|fatal|fail|cause|cannot|refused|denied/i.test(each)) ?? lines.at(-1);
  return line === undefined ? undefined : readable(line).slice(0, sentenceLength);
}

/** Services log JSON; a person at a terminal wants its message. */
function readable(line: string): string {
  if (!line.startsWith("{")) return line.trim();
  try {
    const entry = JSON.parse(line) as { msg?: unknown; err?: { message?: unknown } };
    return [entry.msg, entry.err?.message].filter((text) => typeof text === "string").join(": ") || line;
  } catch {
    return line.trim();
  }
}

async function tail(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (!file) return "";
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(tailBytes), 0, tailBytes, Math.max(0, size - tailBytes));
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
