import { fork } from "node:child_process";
import { join } from "node:path";
import { Client, credentials, Metadata, type ServiceDefinition } from "@grpc/grpc-js";

const asIs = (bytes: Buffer) => bytes;

/** One call that sends bytes and gets bytes: what any call costs before it does anything. */
export const echo = {
  echo: {
    path: "/bench.Echo/Echo",
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
} satisfies ServiceDefinition;

export type Echo = { call(): Promise<void>; close(): void };

/** A bare grpc-js server in a process of its own, and one connection to it. */
export async function openEcho(askBytes: number, replyBytes: number): Promise<Echo> {
  const child = fork(join(import.meta.dirname, "echo-server.ts"));
  const port = await new Promise<number>((listening, failed) => {
    child.once("message", (at: number) => listening(at));
    child.once("error", failed);
    child.send({ replyBytes });
  });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const ask = Buffer.alloc(askBytes, "a");
  // Our own calls carry a token and an id; they are part of the size.
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${"a".repeat(1_200)}`);
  metadata.set("request-id", "a".repeat(36));
  return {
    call: () =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(echo.echo.path, asIs, asIs, ask, metadata, (error) =>
          error ? reject(error) : resolve(),
        );
      }),
    close() {
      client.close();
      child.disconnect();
    },
  };
}
