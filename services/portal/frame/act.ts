import { CallFault } from "@lienthong/rpc/fault.ts";
import { isRefusal } from "@lienthong/rpc/refusal.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Readable } from "node:stream";
import { isRequestId, requestField } from "../parts/form.tsx";
import { searchOf } from "../parts/links.ts";
import { refusalSentence } from "../texts/texts.ts";
import type { Action, Done } from "./action.ts";
import type { Acting, Answered, Upload } from "./ask.ts";
import { callerOf } from "./caller.ts";
import { saidCookie, setCookie } from "./cookies.ts";
import { elementById } from "./fragment.ts";
import { fragmentOf, sayHeader, sendTree } from "./reply.ts";
import { type AnyAsk, askOf, sendPage, turnAway } from "./show.ts";
import type { SiteParts } from "./site-parts.ts";

export function addAction(app: FastifyInstance, action: Action, parts: SiteParts): void {
  app.post(action.path, async (request, reply) => {
    // A file takes as long as its line needs; each call then has a time of its own.
    const withinMs = action.upload ? Number.POSITIVE_INFINITY : undefined;
    const caller = await callerOf(request, action.on.for, parts, withinMs);
    const ask = askOf(request, caller, parts);
    // What the page shows is at the page's own address, whatever the form's.
    const here = { ...ask, path: pathOf(action.on.path, ask.params as Record<string, string>) };
    const stop = await turnAway(request, reply, action.on.for, here, parts);
    if (stop) return stop;
    const { form, file } = action.upload ? await uploadOf(request) : { form: formOf(request), file: undefined };
    const requestId = form.get(requestField) ?? "";
    if (!isRequestId(requestId)) throw new CallFault("bad-input", "The form came without its request id");
    const acting = { ...here, ...caller.clientsFor({ requestId }), form, requestId, file } as Acting & AnyAsk;
    return answer(request, reply, action, await action.act(acting), acting, parts);
  });
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  action: Action,
  done: Done,
  ask: Acting & AnyAsk,
  parts: SiteParts,
) {
  const { t } = ask;
  const fragment = fragmentOf(request);
  if (done && "seeOther" in done) return goOn(request, reply, t.to(done.seeOther));
  if (done && (isRefusal(done) || "problems" in done)) {
    const refused: Answered = {
      refusal: isRefusal(done) ? done.refused : undefined,
      problems: isRefusal(done) ? {} : done.problems,
      params: ask.params as Record<string, string>,
      form: ask.form,
    };
    const sentence = isRefusal(done)
      ? refusalSentence(t, done.refused)
      : t.problems.summary(Object.keys(done.problems).length);
    sayHeader(reply, sentence);
    return sendPage(request, reply, isRefusal(done) ? 409 : 422, await action.on.render({ ...ask, refused }), parts);
  }
  const home = `${t.to(ask.path)}${searchOf(ask.query)}`;
  if (fragment !== undefined) {
    const element = elementById(await action.on.render(ask), fragment);
    // What the form stood in is gone with what it did: the browser gets the page anew.
    if (!element) return goOn(request, keepSaid(reply, done), home);
    if (done) sayHeader(reply, done.say);
    return sendTree(request, reply, 200, element);
  }
  return goOn(request, keepSaid(reply, done), home);
}

/** A browser is sent on by 303; its script would fetch that page for nothing, and is told the address alone. */
function goOn(request: FastifyRequest, reply: FastifyReply, address: string): FastifyReply {
  if (fragmentOf(request) === undefined) return reply.redirect(address, 303);
  return reply.code(204).header("lt-location", address).send();
}

/** The sentence waits for the next page in a cookie of its own. */
function keepSaid(reply: FastifyReply, done: Done): FastifyReply {
  if (done && "say" in done) setCookie(reply, saidCookie, done.say, 30);
  return reply;
}

const formOf = (request: FastifyRequest) =>
  request.body instanceof URLSearchParams ? request.body : new URLSearchParams();

/** Reads the fields of a form with a file; the file itself stays a stream, and its field is the last. */
async function uploadOf(request: FastifyRequest): Promise<{ form: URLSearchParams; file: Upload | undefined }> {
  const form = new URLSearchParams();
  for await (const part of request.parts()) {
    if (part.type === "file") return { form, file: { name: part.filename, bytes: part.file as Readable } };
    form.append(part.fieldname, String(part.value));
  }
  return { form, file: undefined };
}

/** A page's path with its `:names` filled in. */
export const pathOf = (path: string, params: Record<string, string>) =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
