import { once } from "node:events";
import { connect } from "node:http2";
import { connect as connectRaw, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

/** Which flood, at which port, how much of it at once. It comes again and again until `enough` is not 0 any more. */
export type Flood = {
  kind: keyof typeof floods;
  port: number;
  count: number;
  token: string;
  path: string;
  enough: Int32Array<SharedArrayBuffer>;
};

// Run as a thread of its own, so that who measures the others' waiting does not wait with it.
const { path } = (workerData ?? { path: "/" }) as Flood;
const grpc = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
const frame = (type: number, flags: number, stream: number, payload: Buffer) => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
};
const preface = Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(4, 0, 0, Buffer.alloc(0))]);
const headersType = 1;
const continuationType = 9;
const endStream = 1;
const endHeaders = 4;

/** Sends pieces until all are gone or the other end has had enough. @returns whether it closed the connection */
async function throwAt(
  port: number,
  begin: Buffer,
  pieces: (n: number) => Buffer | string,
  count: number,
): Promise<string> {
  const socket: Socket = connectRaw(port, "127.0.0.1");
  let closed = false;
  socket
    .on("error", () => (closed = true))
    .on("close", () => (closed = true))
    .resume();
  await new Promise<void>((open) => socket.once("connect", open));
  socket.write(begin);
  for (let n = 0; n < count && !closed; n += 1) {
    if (!socket.write(pieces(n)))
      await new Promise<void>((go) =>
        socket
          .once("drain", go)
          .once("close", go)
          .once("error", () => go()),
      );
  }
  // What was sent last is answered in a moment; one who has had enough says so by then.
  if (!closed) await once(socket, "close", { signal: AbortSignal.timeout(500) }).catch(() => undefined);
  const outcome = closed ? "closed" : "served";
  socket.destroy();
  return outcome;
}

/** As many calls at once as the other end takes. @returns how many of them it has turned away */
async function callAtOnce(port: number, count: number, settings: object, headers: object): Promise<string> {
  const session = connect(`http://127.0.0.1:${port}`, { settings });
  let failed = false;
  session.on("error", () => (failed = true));
  const codes = new Map<string, number>();
  const note = (code: string) => codes.set(code, (codes.get(code) ?? 0) + 1);
  const asks = Array.from({ length: count }, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (session.destroyed) {
      note("closed");
      return Promise.resolve();
    }
    const stream = session.request({ ...grpc, ...headers } as never);
    stream.on("response", (said) => said["grpc-status"] !== undefined && note(String(said["grpc-status"])));
    stream.on("trailers", (said) => note(String(said["grpc-status"])));
    stream.on("error", () => note("error")).on("close", () => resolve());
    stream.resume();
    stream.end(Buffer.from([0, 0, 0, 0, 0]));
    return promise;
  });
  const late = once(session, "late", { signal: AbortSignal.timeout(3_000) }).catch(() => undefined);
  await Promise.race([Promise.all(asks), late]);
  session.destroy();
  return failed ? "closed" : JSON.stringify(Object.fromEntries(codes));
}

const ping = frame(6, 0, 0, Buffer.alloc(8));
const literal = (name: string, value: string) =>
  Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), Buffer.from([value.length]), Buffer.from(value)]);
const request = Buffer.concat([Buffer.from([0x83, 0x86]), literal(":path", path), literal(":authority", "x")]);

export const floods = {
  "headers without end": ({ port, count }: Flood) =>
    throwAt(
      port,
      Buffer.concat([preface, frame(headersType, endStream, 1, request)]),
      (n) =>
        frame(
          continuationType,
          0,
          1,
          Buffer.concat(Array.from({ length: 50 }, (_, m) => literal(`x${n}-${m}`, "y".repeat(100)))),
        ),
      count,
    ),
  "streams opened and reset": ({ port, count }: Flood) =>
    throwAt(
      port,
      preface,
      (n) =>
        Buffer.concat([
          frame(headersType, endHeaders, 2 * n + 1, request),
          frame(3, 0, 2 * n + 1, Buffer.from([0, 0, 0, 8])),
        ]),
      count,
    ),
  pings: ({ port, count }: Flood) => throwAt(port, preface, () => ping, count),
  settings: ({ port, count }: Flood) => throwAt(port, preface, () => frame(4, 0, 0, Buffer.alloc(0)), count),
  "empty frames of data": ({ port, count }: Flood) =>
    throwAt(
      port,
      Buffer.concat([preface, frame(headersType, endHeaders, 1, request)]),
      () => frame(0, 0, 1, Buffer.alloc(0)),
      count,
    ),
  "streams at once": ({ port, count }: Flood) => callAtOnce(port, count, {}, {}),
  "answers that nobody reads": ({ port, count }: Flood) => callAtOnce(port, count, { initialWindowSize: 0 }, {}),
  "huge metadata": ({ port, count, token }: Flood) =>
    callAtOnce(port, count, {}, { authorization: `Bearer ${token}`, "x-filling": "x".repeat(20_000) }),
  "half a request": ({ port, count }: Flood) =>
    throwAt(port, Buffer.from("GET / HTTP/1.1\r\nhost: x\r\n"), (n) => `x-${n}: y\r\n`, count),
  "requests in a row": ({ port, count }: Flood) =>
    throwAt(port, Buffer.alloc(0), () => "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n", count),
};

if (parentPort) {
  const flood = workerData as Flood;
  const outcomes = new Set<string>();
  do outcomes.add(await floods[flood.kind](flood));
  while (Atomics.load(flood.enough, 0) === 0);
  parentPort.postMessage([...outcomes]);
}
