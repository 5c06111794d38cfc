import { badInput } from "@lienthong/rpc/fault.ts";
import type { FastifyRequest } from "fastify";
import type { IncomingFile } from "./route.ts";

/** What was sent is larger than a file may be. */
export class FileTooLarge extends Error {
  readonly statusCode = 413;
  constructor(bytesMax: number) {
    super(`A file may have at most ${bytesMax} bytes`);
  }
}

/** The request's body as a file; nothing of it is read before somebody asks for its bytes. */
export function fileOf(request: FastifyRequest, bytesMax: number): IncomingFile {
  return {
    get name() {
      return nameOf(request);
    },
    mediaType: request.headers["content-type"] ?? "",
    bytes: bounded(request, bytesMax),
  };
}

async function* bounded(request: FastifyRequest, bytesMax: number): AsyncGenerator<Uint8Array> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) throw new FileTooLarge(bytesMax);
  let bytes = 0;
  try {
    // Ending early must leave the connection open: the answer goes over it.
    for await (const chunk of request.raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw new FileTooLarge(bytesMax);
      yield chunk;
    }
  } finally {
    // What is left of a file that nobody wanted must not keep its sender from reading why.
    request.raw.resume();
  }
}

/** From `Content-Disposition`, RFC 6266 (the extended form, which may carry Vietnamese, first), else `?name=`. */
function nameOf(request: FastifyRequest): string {
  const disposition = request.headers["content-disposition"] ?? "";
  const extended = /;\s*filename\*\s*=\s*utf-8''([^;\s]+)/i.exec(disposition)?.[1];
  const plain = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition);
  const asked = (request.query as { name?: unknown }).name;
  const name = (extended && decoded(extended)) ?? plain?.[1]?.replaceAll(/\\(.)/g, "$1") ?? plain?.[2] ?? asked;
  // A path before the name says something of the sender's machine, and nothing that is needed here.
  return typeof name === "string" ? (name.split(/[/\\]/).at(-1) ?? "").slice(0, 200) : "";
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw badInput({ field: "Content-Disposition", problem: "filename* must be UTF-8, written with percent signs" });
  }
}
