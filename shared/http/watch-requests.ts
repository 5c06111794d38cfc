import { finished } from "node:stream";
import type { Log } from "@lienthong/telemetry/log.ts";
import { durations } from "@lienthong/telemetry/metric.ts";
import { inSpan, SpanKind } from "@lienthong/telemetry/trace.ts";
import type { FastifyInstance } from "fastify";

const requestSeconds = durations("request_seconds", "HTTP requests by route and status");

/**
 * One span, one log line and one measurement for each request, from its first byte to the last one of the answer. They
 * name the route as it is declared, never the address that was asked for: ids and search texts stay out of them.
 */
export function watchRequests(app: FastifyInstance, log: Log): void {
  app.addHook("onRequest", (request, reply, done) => {
    const started = performance.now();
    const route = `${request.method} ${request.routeOptions.url ?? "elsewhere"}`;
    const given = request.headers.traceparent;
    const parent = { traceparent: typeof given === "string" ? given : "" };
    void inSpan(route, { kind: SpanKind.SERVER, parent }, async () => {
      const ended = new Promise<boolean>((resolve) => finished(reply.raw, (error) => resolve(!error)));
      done();
      const whole = await ended;
      const ms = Math.round(performance.now() - started);
      const outcome = whole ? String(reply.statusCode) : "broken-off";
      requestSeconds.observe(ms / 1000, { call: route, outcome });
      log.info({ route, outcome, ms }, "request");
    });
  });
}
