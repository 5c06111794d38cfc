import type { FastifyInstance } from "fastify";
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { renderToString } from "preact-render-to-string";
import { pathOf } from "./act.ts";
import { callerOf } from "./caller.ts";
import { elementById } from "./fragment.ts";
import type { Live } from "./live.ts";
import { askOf, turnAway } from "./show.ts";
import type { SiteParts } from "./site-parts.ts";

// A screen that changes more often than once a second cannot be read.
const everyMs = 1_000;
const heartbeatMs = 15_000;
// The browser comes back by itself; so a stream never outlives a release or a withdrawn role by more than this.
const longestMs = 5 * 60_000;
const streamsMax = 500;
// More tabs than anybody watches at a time; so one account, in however many sessions, leaves room for the others.
const streamsOfAccountMax = 8;

let streams = 0;
const streamsOf = new Map<string, number>();

/** Sends a page's elements whenever they change, made by the page itself in the caller's name. */
export function addLive(app: FastifyInstance, live: Live, parts: SiteParts): void {
  app.get(live.path, async (request, reply) => {
    const opener = await callerOf(request, live.on.for, parts);
    const first = askOf(request, opener, parts);
    const stop = await turnAway(request, reply, live.on.for, first, parts);
    if (stop) return stop;
    const giveBack = takeStream(opener.who?.personId ?? "");
    if (!giveBack) return reply.code(429).header("retry-after", "15").send("");

    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    const gone = new AbortController();
    raw.on("close", () => gone.abort());
    // Who left while being recognised is not told of any more.
    if (raw.destroyed) gone.abort();
    const sent = new Map<string, string>();
    const begun = Date.now();
    let quietSince = begun;
    try {
      while (!gone.signal.aborted && Date.now() - begun < longestMs) {
        const caller = await callerOf(request, live.on.for, parts);
        if (!caller.who) break;
        const ask = askOf(request, caller, parts);
        const tree = await live.on.render({
          ...ask,
          path: pathOf(live.on.path, request.params as Record<string, string>),
        });
        for (const id of live.elements) {
          const element = elementById(tree, id);
          if (!element) continue;
          const html = renderToString(element);
          // Forms hold a fresh request id in every rendering; that alone is no change.
          const hash = hashOf(html.replaceAll(/value="[0-9a-f-]{36}"/g, ""));
          if (sent.get(id) === hash) continue;
          sent.set(id, hash);
          quietSince = Date.now();
          raw.write(
            `id: ${hash}\nevent: element\n${html
              .split("\n")
              .map((line) => `data: ${line}\n`)
              .join("")}\n`,
          );
        }
        if (Date.now() - quietSince > heartbeatMs) {
          quietSince = Date.now();
          raw.write(": here\n\n");
        }
        await pause(everyMs, undefined, { signal: gone.signal }).catch(() => undefined);
      }
    } catch (error) {
      parts.log.warn({ err: error }, "a live page broke off");
    } finally {
      giveBack();
      raw.end();
    }
  });
}

/** @returns how to give the stream back; undefined when the account, or everybody together, has as many as there may be */
function takeStream(account: string): (() => void) | undefined {
  const own = streamsOf.get(account) ?? 0;
  if (streams >= streamsMax || own >= streamsOfAccountMax) return undefined;
  streams += 1;
  streamsOf.set(account, own + 1);
  return () => {
    streams -= 1;
    const left = (streamsOf.get(account) ?? 1) - 1;
    if (left > 0) streamsOf.set(account, left);
    else streamsOf.delete(account);
  };
}

const hashOf = (text: string) => createHash("sha256").update(text).digest("base64url").slice(0, 16);
