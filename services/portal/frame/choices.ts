import type { FastifyInstance, FastifyRequest } from "fastify";
import { callerOf } from "./caller.ts";
import { themeCookie } from "./cookies.ts";
import type { SiteParts } from "./site-parts.ts";

const yearSeconds = 365 * 24 * 3600;

/** Two choices that belong to no page: light or dark, and the library that somebody works for. */
export function addChoices(app: FastifyInstance, parts: SiteParts): void {
  app.post("/giao-dien", async (request, reply) => {
    const theme = formOf(request).get("nen") === "toi" ? "toi" : "sang";
    // The theme button's script reads and writes it, so that the next page comes in the same light.
    void reply.setCookie(themeCookie, theme, { path: "/", sameSite: "lax", maxAge: yearSeconds });
    return reply.redirect(backPath(request, parts.url), 303);
  });

  app.post("/noi-lam-viec", async (request, reply) => {
    const { session, staff } = await callerOf(request, "patron", parts);
    const chosen = formOf(request).get("thu-vien") ?? "";
    // Only a library where the token says a role; whatever else is sent changes nothing.
    if (session && staff?.libraries.some(({ id }) => id === chosen))
      await parts.sessions.chooseLibrary(session, chosen);
    return reply.redirect(backPath(request, parts.url), 303);
  });
}

const formOf = (request: FastifyRequest) =>
  request.body instanceof URLSearchParams ? request.body : new URLSearchParams();

const backPath = (request: FastifyRequest, url: string) => ownPath(formOf(request).get("ve"), url);

/** A path of ours that somebody asked to come back to; anything that leads elsewhere becomes the home page. */
export function ownPath(asked: string | null, url: string): string {
  if (!asked?.startsWith("/") || asked.length > 1000) return "/";
  const target = URL.canParse(asked, url) ? new URL(asked, url) : undefined;
  return target?.origin === new URL(url).origin ? `${target.pathname}${target.search}` : "/";
}
