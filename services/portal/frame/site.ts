import cookies from "@fastify/cookie";
import multipart from "@fastify/multipart";
import { addHealth } from "@lienthong/http/health.ts";
import { boundRequestsInRow } from "@lienthong/http/requests-in-row.ts";
import { watchRequests } from "@lienthong/http/watch-requests.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { fastify, type FastifyInstance } from "fastify";
import { randomBytes } from "node:crypto";
import { ProviderDown } from "../session/provider.ts";
import { texts } from "../texts/texts.ts";
import { addAction } from "./act.ts";
import { type Assets, assetsPath } from "./assets.ts";
import { addChoices } from "./choices.ts";
import { sendTrouble, type Trouble, troubleOf } from "./faults.tsx";
import { addSecurityHeaders, isFromHere } from "./headers.ts";
import { addLive } from "./push.ts";
import { addPage } from "./show.ts";
import type { StaffPlace } from "./ask.ts";
import type { Route, SiteParts } from "./site-parts.ts";
import { languageOf } from "./surroundings.ts";

// A form of ours is some hundred bytes; a file comes as a stream with a limit of its own.
const formBytesMax = 64 * 1024;
const fileBytesMax = 4 * 1024 ** 3;
/** Posts from other machines than a reader's browser, which prove themselves by what they carry. */
export const machinePaths: ReadonlySet<string> = new Set(["/dang-xuat/kenh-sau"]);

/**
 * The web server of the portal with all of its routes, each in Vietnamese and, under `/en`, in English.
 * @param addOthers routes that are neither pages nor their actions, such as the way in and out
 */
export async function openSite(
  routes: readonly Route[],
  given: Omit<SiteParts, "places">,
  addOthers: (site: FastifyInstance, parts: SiteParts) => void = () => {},
): Promise<FastifyInstance> {
  const parts: SiteParts = { ...given, places: placesOf(routes) };
  const app = fastify({
    logger: false,
    bodyLimit: formBytesMax,
    routerOptions: { maxParamLength: 200 },
    trustProxy: "loopback",
  });
  boundRequestsInRow(app);
  watchRequests(app, parts.log);
  await addSecurityHeaders(app);
  await app.register(cookies);
  await app.register(multipart, { limits: { files: 1, fields: 20, fieldSize: 4096, fileSize: fileBytesMax } });
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
  addHealth(app, parts.checks);
  addAssets(app, parts.assets);
  refuseOtherSites(app, parts);
  speakOfFaults(app, parts);
  for (const prefix of ["", "/en"]) {
    await app.register(
      async (inLanguage) => {
        addChoices(inLanguage, parts);
        addOthers(inLanguage, parts);
        for (const route of routes) {
          if (route.kind === "page") addPage(inLanguage, route, parts);
          else if (route.kind === "action") addAction(inLanguage, route, parts);
          else addLive(inLanguage, route, parts);
        }
      },
      { prefix },
    );
  }
  return app;
}

/** The pages that say where they stand in the spine of staff. */
const placesOf = (routes: readonly Route[]): StaffPlace[] =>
  routes.flatMap((route) =>
    route.kind === "page" && route.place ? [{ ...route.place, path: route.path, for: route.for }] : [],
  );

function addAssets(app: FastifyInstance, assets: Assets): void {
  app.get<{ Params: { file: string } }>(`${assetsPath}:file`, (request, reply) => {
    const asset = assets.find(request.params.file);
    if (!asset) return reply.callNotFound();
    const accepts = request.headers["accept-encoding"] ?? "";
    const coding =
      asset.br && /\bbr\b/.test(accepts) ? "br" : asset.gzip && /\bgzip\b/.test(accepts) ? "gzip" : undefined;
    reply
      .type(asset.type)
      .header("cache-control", "public, max-age=31536000, immutable")
      .header("vary", "Accept-Encoding");
    if (coding) reply.header("content-encoding", coding);
    return reply.send((coding && asset[coding]) ?? asset.bytes);
  });
}

/** A form that another site sends in a reader's name is not taken. */
function refuseOtherSites(app: FastifyInstance, parts: SiteParts): void {
  const origin = new URL(parts.url).origin;
  app.addHook("onRequest", async (request, reply) => {
    if (request.method === "GET" || request.method === "HEAD" || machinePaths.has(request.url)) return;
    if (isFromHere(request, origin)) return;
    const t = texts[languageOf(request)];
    const trouble: Trouble = { status: 403, kind: "no", title: t.problems.otherSite, text: t.problems.otherSiteText };
    return sendTrouble(request, reply, trouble, parts);
  });
}

function speakOfFaults(app: FastifyInstance, parts: SiteParts): void {
  app.setNotFoundHandler((request, reply) =>
    sendTrouble(request, reply, troubleOf(texts[languageOf(request)], "not-found", ""), parts),
  );
  app.setErrorHandler(async (error: Error & { statusCode?: number }, request, reply) => {
    const t = texts[languageOf(request)];
    if (error instanceof ProviderDown) {
      const { signInDown, signInDownText } = t.problems;
      parts.log.warn({ err: error }, "the sign-in server does not answer");
      return sendTrouble(request, reply, { status: 503, kind: "wait", title: signInDown, text: signInDownText }, parts);
    }
    const clientsFault = error.statusCode !== undefined && error.statusCode < 500;
    const kind = error instanceof CallFault ? error.kind : clientsFault ? "bad-input" : "fault";
    // Short enough to be read out on the telephone, and found again in the log.
    const reference = randomBytes(3).toString("hex").toUpperCase();
    if (kind === "fault")
      parts.log.error({ err: error, reference, runbook: "portal-fault" }, "a page could not be made");
    return sendTrouble(request, reply, troubleOf(t, kind, reference), parts);
  });
}
