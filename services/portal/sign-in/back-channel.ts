import type { FastifyInstance } from "fastify";
import type { SiteParts } from "../frame/site-parts.ts";

/**
 * `/dang-xuat/kenh-sau`: the sign-in server says that a session has ended elsewhere (OpenID Connect Back-Channel Logout 1.0).
 * @param sessionEnded reads the logout token: the ended session, or undefined when it is not to be trusted
 */
export function addBackChannel(
  app: FastifyInstance,
  sessionEnded: (token: string) => Promise<string | undefined>,
  parts: SiteParts,
): void {
  app.post("/dang-xuat/kenh-sau", async (request, reply) => {
    const token = request.body instanceof URLSearchParams ? (request.body.get("logout_token") ?? "") : "";
    const ended = await sessionEnded(token);
    void reply.header("cache-control", "no-store");
    if (ended === undefined) return reply.code(400).send({ error: "invalid_request" });
    const closed = await parts.sessions.closeByProvider(ended);
    parts.log.info({ closed }, "sessions ended by the sign-in server");
    return reply.code(200).send();
  });
}
