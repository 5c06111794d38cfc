import type { FastifyInstance } from "fastify";
import { ownPath } from "../frame/choices.ts";
import { setCookie, signInCookie } from "../frame/cookies.ts";
import type { SiteParts } from "../frame/site-parts.ts";
import type { Begun, Provider } from "../session/provider.ts";

/** What is kept of a sign-in that was begun, sealed in a cookie: nothing of it is in the database before somebody is known. */
export type SignIn = Begun & { back: string; at: number };

export const signInPlace = "sign-in";
export const signInMinutes = 10;

/** `/dang-nhap?ve=…`: on to the sign-in server, and back to where one was. */
export function addStart(app: FastifyInstance, provider: Provider, parts: SiteParts): void {
  app.get<{ Querystring: { ve?: string } }>("/dang-nhap", async (request, reply) => {
    const { url, begun } = await provider.begin();
    const signIn: SignIn = { ...begun, back: ownPath(request.query.ve ?? null, parts.url), at: Date.now() };
    const sealed = parts.seal.close(JSON.stringify(signIn), signInPlace).toString("base64url");
    setCookie(reply, signInCookie, sealed, signInMinutes * 60);
    return reply.redirect(url.href, 303);
  });
}
