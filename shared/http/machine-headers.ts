import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

/**
 * Security headers of a door for programs: should a browser show an answer all the same, nothing in it runs, loads or is
 * framed, and its kind is not guessed.
 */
export async function addMachineHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
    },
    referrerPolicy: { policy: "no-referrer" },
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: true },
  });
}
