import { randomInt } from "node:crypto";
import { createServer } from "node:net";

// Below those that the system gives to outgoing connections, so that a part finds its port free when it is started again,
// and beside those of a platform that may be running.
const from = 12_000;
const to = 20_000;

/** Ports that are free now, each another. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let port = randomInt(from, to); ports.length < count; port = port + 1 < to ? port + 1 : from) {
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
