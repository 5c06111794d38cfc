import type { FastifyInstance } from "fastify";
import { cookieOf, dropCookie, saidCookie, sessionCookie, setCookie } from "../frame/cookies.ts";
import type { SiteParts } from "../frame/site-parts.ts";
import { languageOf } from "../frame/surroundings.ts";
import { ProviderDown, type Provider } from "../session/provider.ts";
import { texts } from "../texts/texts.ts";

/** `/dang-xuat`: ends the session here, then the one at the sign-in server, and with it those at every other site. */
export function addSignOut(app: FastifyInstance, provider: Provider, parts: SiteParts): void {
  app.post("/dang-xuat", async (request, reply) => {
    const t = texts[languageOf(request)];
    const tokens = await parts.sessions.close(cookieOf(request, sessionCookie));
    dropCookie(reply, sessionCookie);
    if (tokens) {
      await provider.end(tokens).catch((cause: unknown) => {
        if (!(cause instanceof ProviderDown)) throw cause;
        setCookie(reply, saidCookie, t.problems.signedOutElsewhere, 30);
      });
    }
    return reply.redirect(t.to("/"), 303);
  });
}
