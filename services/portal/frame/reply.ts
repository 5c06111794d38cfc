import type { FastifyReply, FastifyRequest } from "fastify";
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** The id of the one element that the browser's script asks for; undefined when it wants the page. */
export function fragmentOf(request: FastifyRequest): string | undefined {
  const id = request.headers["lt-fragment"];
  return typeof id === "string" && /^[\w-]{1,100}$/.test(id) ? id : undefined;
}

/** Sends a whole page or one element of it, compressed where the browser takes it. */
export async function sendTree(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  tree: VNode,
): Promise<FastifyReply> {
  const html = renderToString(tree);
  const text = tree.type === "html" || html.startsWith("<html") ? `<!doctype html>${html}` : html;
  reply
    .code(status)
    .type("text/html; charset=utf-8")
    .header("vary", "Cookie, Lt-Fragment, Accept-Encoding")
    // A page shows who is signed in: no cache in between may keep it, and a browser asks again.
    .header("cache-control", "private, no-cache");
  if (text.length < 1400 || !/\bgzip\b/.test(request.headers["accept-encoding"] ?? "")) return reply.send(text);
  return reply.header("content-encoding", "gzip").send(await promisify(gzip)(text));
}

/** Sentences for the status region travel in a header, which holds ASCII only. */
export const sayHeader = (reply: FastifyReply, sentence: string) =>
  void reply.header("lt-say", encodeURIComponent(sentence));
