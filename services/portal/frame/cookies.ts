import type { FastifyReply, FastifyRequest } from "fastify";

/** The opaque id of a session. The prefix binds it to this host, over https or the machine itself. */
export const sessionCookie = "__Host-lt";
/** A sign-in that was begun, sealed. */
export const signInCookie = "__Host-lt-dang-nhap";
/** One sentence for the next page, where no script could say it. */
export const saidCookie = "__Host-lt-bao";
/** Light or dark; the script of the theme button writes it too. */
export const themeCookie = "lt-nen";

const locked = { path: "/", secure: true, httpOnly: true, sameSite: "lax" } as const;

export const cookieOf = (request: FastifyRequest, name: string) => request.cookies[name];
export const setCookie = (reply: FastifyReply, name: string, value: string, maxAge: number) =>
  void reply.setCookie(name, value, { ...locked, maxAge });
export const dropCookie = (reply: FastifyReply, name: string) => void reply.clearCookie(name, locked);
