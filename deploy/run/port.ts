import { createServer } from "node:net";
import { Failure } from "./failure.ts";

/** Refuses, naming the port and the way out, when another program listens where a part is about to. */
export async function assertFree(port: number, part: string, setting?: string): Promise<void> {
  const free = await new Promise<boolean>((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
  if (!free)
    throw new Failure(
      `Port ${port}, which ${part} needs, is taken by another program; ${setting ? `set ${setting} or ` : ""}stop it.`,
    );
}
