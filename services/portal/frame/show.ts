import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { VNode } from "preact";
import { signInPath } from "../parts/links.ts";
import type { Ask, Audience } from "./ask.ts";
import { type Caller, callerOf } from "./caller.ts";
import { dropCookie, saidCookie } from "./cookies.ts";
import { elementById } from "./fragment.ts";
import type { Page } from "./page.ts";
import { fragmentOf, sendTree } from "./reply.ts";
import type { SiteParts } from "./site-parts.ts";
import { surroundingsOf } from "./surroundings.ts";
import { sendTrouble, troubleOf } from "./faults.tsx";

export type AnyAsk = Ask;

export function addPage(app: FastifyInstance, page: Page, parts: SiteParts): void {
  app.get(page.path, async (request, reply) => {
    const caller = await callerOf(request, page.for, parts);
    const ask = askOf(request, caller, parts);
    const stop = await turnAway(request, reply, page.for, ask, parts);
    if (stop) return stop;
    if (ask.said !== undefined && fragmentOf(request) === undefined) dropCookie(reply, saidCookie);
    return sendPage(request, reply, 200, await page.render(ask), parts);
  });
}

/** What a page is asked in this request, in the caller's name. */
export function askOf(request: FastifyRequest, caller: Caller, parts: SiteParts): AnyAsk {
  return {
    ...surroundingsOf(request, parts),
    ...caller.clientsFor({}),
    who: caller.who,
    staff: caller.staff,
    turns: caller.turns,
    params: request.params as Record<string, string>,
    now: new Date(),
  } as AnyAsk;
}

/**
 * Answers those for whom a page is not: a reader who is not signed in goes to sign in and comes back; to whom the role is
 * missing it is said whom to ask. @returns the answer, or undefined when the page is for the caller
 */
export async function turnAway(
  request: FastifyRequest,
  reply: FastifyReply,
  audience: Audience,
  ask: AnyAsk,
  parts: SiteParts,
) {
  if (audience === "anyone") return undefined;
  if (!ask.who) {
    if (request.method === "GET" && fragmentOf(request) === undefined) return reply.redirect(signInPath(ask), 303);
    return sendTrouble(request, reply, troubleOf(ask.t, "no-token", ""), parts, ask);
  }
  if (audience === "patron" || ask.staff?.audiences.includes(audience)) return undefined;
  const { notAllowed, notAllowedText, audiences } = ask.t.problems;
  const text = notAllowedText(audiences[audience] ?? audience);
  return sendTrouble(request, reply, { status: 403, kind: "no", title: notAllowed, text }, parts, ask);
}

/** Sends the page, or the one element of it that was asked for; 404 when the page has none such. */
export async function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  page: VNode,
  parts: SiteParts,
) {
  const id = fragmentOf(request);
  if (id === undefined) return sendTree(request, reply, status, page);
  const element = elementById(page, id);
  if (element) return sendTree(request, reply, status, element);
  const { t } = surroundingsOf(request, parts);
  return sendTrouble(request, reply, troubleOf(t, "not-found", ""), parts);
}
