import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { parts } from "@lienthong/testing/parts.ts";

// The service under test is told another address, so the server's own is kept here.
export const openSearch = parts.openSearch();

/** The way to the search server, which a test can cut and mend. */
export class Line {
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #swallows = false;
  #server: Server;
  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  static async lay(): Promise<Line> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const line = new Line(server, (server.address() as AddressInfo).port);
    line.#serve();
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Takes what is sent and lets nothing come back, as a host does that hangs. */
  swallow(): void {
    this.#swallows = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  cut(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async mend(): Promise<void> {
    this.#swallows = false;
    if (this.#server.listening) {
      for (const socket of this.#sockets) socket.destroy();
      return;
    }
    this.#server = createServer();
    await new Promise<void>((listening) => this.#server.listen(this.#port, "127.0.0.1", listening));
    this.#serve();
  }

  #serve(): void {
    const { hostname, port } = new URL(openSearch);
    this.#server.on("connection", (near) => {
      if (this.#swallows) {
        this.#sockets.add(near);
        near.on("error", () => undefined).on("close", () => this.#sockets.delete(near));
        return;
      }
      const far = connect(Number(port), hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.pipe(to);
        from.on("error", () => to.destroy());
        from.on("close", () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    });
  }
}
