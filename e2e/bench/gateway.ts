import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { BenchPlatform } from "./platform.ts";

/** The public HTTP door, by the plainest client there is: what is measured is the server, not fetch. */
export type Gateway = {
  /** Asks for something to be done, under a new idempotency key. @throws Error with what was answered unless the status is this */
  command(path: string, body: object, libraryId: string, status: number): Promise<unknown>;
  /** The same, where more than one answer is right. Whoever is told to come again comes again, with the same key. */
  ask(method: "GET" | "POST", path: string, body: object | undefined, libraryId: string): Promise<Answered>;
};

const timesMax = 50;

export type Answered = { status: number; body: string };

/** Opens connections that are kept, as a desk's program keeps its own. */
export function openGateway({ gatewayUrl, tokenOf }: BenchPlatform): Gateway {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const { hostname, port } = new URL(gatewayUrl);
  const askOnce = async (method: string, path: string, text: Buffer | undefined, libraryId: string, key: string) => {
    const headers = {
      authorization: `Bearer ${await tokenOf("sample-desk")}`,
      library: libraryId,
      ...(text && { "content-type": "application/json", "content-length": text.length }),
      ...(method === "POST" && { "idempotency-key": key }),
    };
    return new Promise<Answered>((resolve, reject) => {
      const asked = request({ agent, hostname, port, path, method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
        response.on("error", reject);
      });
      asked.on("error", reject);
      asked.end(text);
    });
  };
  const ask: Gateway["ask"] = async (method, path, body, libraryId) => {
    const text = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const key = randomUUID();
    for (let times = 1; ; times += 1) {
      const answered = await askOnce(method, path, text, libraryId, key);
      if ((answered.status !== 503 && answered.status !== 504) || times === timesMax) return answered;
      // Apart, so that they do not all come back at once.
      await pause(20 + Math.random() * 60);
    }
  };
  return {
    ask,
    async command(path, body, libraryId, status) {
      const answered = await ask("POST", path, body, libraryId);
      if (answered.status !== status) throw new Error(`${path} answered ${answered.status}: ${answered.body}`);
      return JSON.parse(answered.body);
    },
  };
}
