import { once } from "node:events";
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** Which way bytes go: `there` from who connects, `back` to them. */
export type Way = "there" | "back";

export type TcpProxy = {
  port: number;
  /** How many connections are open through it now. */
  readonly open: number;
  /** How many were ever asked for, whether it took them or not. */
  readonly asked: number;
  /** How many bytes were ever sent over it by those who connect, whether they passed or not. */
  readonly sentBytes: number;
  /** Resets what is open and refuses what comes: the line is cut, and both ends learn of it. */
  cut(): void;
  /** Nothing passes and nothing closes: the ends learn nothing. After `restore` what was sent meanwhile still arrives. */
  swallow(...ways: Way[]): void;
  delay(ms: number): void;
  /** What all connections together let pass in a second, each way for itself. */
  bandwidth(bytesPerSecond: number): void;
  /** The line is as good as new. */
  restore(): void;
  close(): Promise<void>;
};

const heldBytesMax = 1024 * 1024;

/** Waits until a socket takes more, or is broken, which its own listeners hear of. */
const roomOrEnd = (socket: Socket) =>
  Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => undefined);

/** A line between two parts that a test may cut, silence or slow down. */
export async function aTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const swallowed = new Set<Way>();
  let isCut = false;
  let asked = 0;
  let sentBytes = 0;
  let delayMs = 0;
  let bytesPerSecond = Number.POSITIVE_INFINITY;
  let restored = Promise.withResolvers<void>();
  // When what was sent before has passed, each way.
  const freeAt: Record<Way, number> = { there: 0, back: 0 };

  async function untilPassed(way: Way, bytes: number, sentAt: number): Promise<void> {
    freeAt[way] = Math.max(freeAt[way], sentAt) + (bytes / bytesPerSecond) * 1000;
    const late = freeAt[way] + delayMs - Date.now();
    // A line that is restored keeps nothing back.
    if (late > 0) await Promise.race([pause(late, undefined, { ref: false }), restored.promise]);
    while (swallowed.has(way)) await restored.promise;
  }

  function join(from: Socket, to: Socket, way: Way): void {
    const waiting: { bytes: Buffer; sentAt: number }[] = [];
    let held = 0;
    let passing = false;
    const pass = async () => {
      passing = true;
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        await untilPassed(way, next.bytes.length, next.sentAt);
        held -= next.bytes.length;
        if (!to.destroyed && !to.write(next.bytes)) await roomOrEnd(to);
        if (held < heldBytesMax) from.resume();
      }
      passing = false;
      if (from.readableEnded) to.end();
    };
    from.on("data", (bytes: Buffer) => {
      if (way === "there") sentBytes += bytes.length;
      waiting.push({ bytes, sentAt: Date.now() });
      held += bytes.length;
      if (held >= heldBytesMax) from.pause();
      if (!passing) void pass();
    });
    from.on("end", () => !passing && void pass());
  }

  async function take(client: Socket): Promise<void> {
    asked += 1;
    if (isCut) return void client.resetAndDestroy();
    const server = connect(target);
    const pair = [client, server];
    for (const socket of pair) {
      sockets.add(socket);
      // What breaks at one end is broken at the other.
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        for (const other of pair) other.destroy();
      });
      socket.setNoDelay(true);
    }
    join(client, server, "there");
    join(server, client, "back");
  }

  const listener = createServer({ allowHalfOpen: true }, (client) => void take(client));
  await new Promise<void>((listening) => listener.listen(0, "127.0.0.1", listening));
  return {
    port: (listener.address() as AddressInfo).port,
    get open() {
      return sockets.size / 2;
    },
    get asked() {
      return asked;
    },
    get sentBytes() {
      return sentBytes;
    },
    cut() {
      isCut = true;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    swallow(...ways) {
      for (const way of ways.length > 0 ? ways : (["there", "back"] as const)) swallowed.add(way);
    },
    delay(ms) {
      delayMs = ms;
    },
    bandwidth(limit) {
      bytesPerSecond = limit;
    },
    restore() {
      isCut = false;
      swallowed.clear();
      delayMs = 0;
      bytesPerSecond = Number.POSITIVE_INFINITY;
      freeAt.there = freeAt.back = 0;
      restored.resolve();
      restored = Promise.withResolvers<void>();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => listener.close(closed));
    },
  };
}
