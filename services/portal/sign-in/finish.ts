import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { cookieOf, dropCookie, sessionCookie, setCookie, signInCookie } from "../frame/cookies.ts";
import { sendTrouble } from "../frame/faults.tsx";
import type { SiteParts } from "../frame/site-parts.ts";
import { languageOf } from "../frame/surroundings.ts";
import { type Provider, SignInBroken, type Tokens } from "../session/provider.ts";
import { texts } from "../texts/texts.ts";
import { type SignIn, signInMinutes, signInPlace } from "./start.ts";

const sessionSeconds = 12 * 3600;

/** `/dang-nhap/xong`: the browser comes back from the sign-in server; the person is made known and a session begins. */
export function addFinish(app: FastifyInstance, provider: Provider, parts: SiteParts): void {
  app.get("/dang-nhap/xong", async (request, reply) => {
    const signIn = readSignIn(request, parts);
    dropCookie(reply, signInCookie);
    try {
      if (!signIn) throw new SignInBroken("No sign-in was begun in this browser, or it is too old");
      const tokens = await provider.finish(new URL(request.url, parts.url), signIn);
      const known = await makeKnown(tokens, provider, parts);
      // A new id at every sign-in: one that somebody planted before is worth nothing.
      await parts.sessions.close(cookieOf(request, sessionCookie));
      setCookie(reply, sessionCookie, await parts.sessions.open(known.person, known.tokens), sessionSeconds);
      return reply.redirect(signIn.back, 303);
    } catch (cause) {
      if (!(cause instanceof SignInBroken)) throw cause;
      parts.log.warn({ err: cause }, "a sign-in was not finished");
      const { signInBroken, signInBrokenText } = texts[languageOf(request)].problems;
      return sendTrouble(
        request,
        reply,
        { status: 400, kind: "wait", title: signInBroken, text: signInBrokenText, signIn: true },
        parts,
      );
    }
  });
}

/** The person of the tokens at identity, made at the first sign-in; then the tokens are fetched anew, so that they say them. */
async function makeKnown(tokens: Tokens, provider: Provider, parts: SiteParts) {
  const { person, refreshToken } = await parts
    .clientsFor({ token: tokens.access, requestId: randomUUID() })
    .identity.signIn({});
  if (!person) throw new Error("Identity made nobody known");
  const newest = refreshToken ? await provider.refresh(tokens) : tokens;
  if (!newest) throw new SignInBroken("The sign-in ended before it was finished");
  return { person: { personId: person.id, name: person.fullName }, tokens: newest };
}

function readSignIn(request: FastifyRequest, parts: SiteParts): SignIn | undefined {
  const cookie = cookieOf(request, signInCookie);
  const text = cookie && parts.seal.open(Buffer.from(cookie, "base64url"), signInPlace);
  if (!text) return undefined;
  const signIn = JSON.parse(text) as SignIn;
  return Date.now() - signIn.at > signInMinutes * 60_000 ? undefined : signIn;
}
