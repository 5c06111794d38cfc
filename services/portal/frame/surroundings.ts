import type { FastifyRequest } from "fastify";
import { randomUUID } from "node:crypto";
import type { Language } from "../texts/formats.ts";
import { texts } from "../texts/texts.ts";
import { cookieOf, saidCookie, themeCookie } from "./cookies.ts";
import type { Surroundings } from "./ask.ts";
import type { SiteParts } from "./site-parts.ts";

/** English lives under `/en`, Vietnamese everywhere else. */
export const languageOf = (request: FastifyRequest): Language => (/^\/en(?=\/|\?|$)/.test(request.url) ? "en" : "vi");

/** What a page shows around its own: language, place, light or dark. Who is signed in comes from the session. */
export function surroundingsOf(request: FastifyRequest, parts: Pick<SiteParts, "assets" | "places">): Surroundings {
  const language = languageOf(request);
  const url = new URL(request.url.slice(language === "en" ? 3 : 0) || "/", "http://portal");
  const theme = cookieOf(request, themeCookie);
  return {
    t: texts[language],
    path: url.pathname,
    query: url.searchParams,
    dark: theme === "toi" ? true : theme === "sang" ? false : undefined,
    who: undefined,
    staff: undefined,
    places: parts.places,
    said: cookieOf(request, saidCookie),
    refused: undefined,
    asset: parts.assets.address,
    newRequest: randomUUID,
  };
}
