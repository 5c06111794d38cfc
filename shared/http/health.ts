import { setTimeout as pause } from "node:timers/promises";
import { contentType, metricsText } from "@lienthong/telemetry/metric.ts";
import fastify, { type FastifyInstance } from "fastify";

/** A part that a service cannot work without, and whether it answers. */
export type Check = { part: string; ready(): Promise<boolean> };

/** Adds `/healthz` (the process lives) and `/readyz` (it can do its work; else 503 and which part is missing). */
export function addHealth(app: FastifyInstance, checks: readonly Check[]): void {
  app.get("/healthz", () => ({ status: "alive" }));
  app.get("/readyz", async (_request, reply) => {
    const states = await Promise.all(
      checks.map(async ({ part, ready }) => [part, (await inTime(ready())) ? "ready" : "missing"] as const),
    );
    const missing = states.some(([, state]) => state === "missing");
    if (missing) void reply.code(503).header("retry-after", "2");
    return { status: missing ? "not ready" : "ready", parts: Object.fromEntries(states) };
  });
}

// A part that has gone may keep who asks it waiting until it is back; who asks us must not wait with them.
const answerWithinMs = 2_000;

const inTime = (ready: Promise<boolean>): Promise<boolean> =>
  Promise.race([ready.catch(() => false), pause(answerWithinMs, false, { ref: false })]);

/** The inner door of a service: health, readiness and metrics; never reachable from outside. */
export async function serveHealth(port: number, host: string, checks: readonly Check[]): Promise<FastifyInstance> {
  const app = fastify({ logger: false });
  addHealth(app, checks);
  app.get("/metrics", async (_request, reply) => reply.type(contentType).send(await metricsText()));
  await app.listen({ port, host });
  return app;
}
