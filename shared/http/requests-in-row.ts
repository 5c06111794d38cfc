import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

// Browsers wait for an answer before they ask again on the same connection; programs that ask ahead do so by a few.
const inRowMax = 32;

/**
 * Ends a connection on which more requests wait for their answers than any honest client sends ahead. All of them would be
 * worked on at once, and each answer held until those before it are sent.
 */
export function boundRequestsInRow(app: FastifyInstance): void {
  const waiting = new WeakMap<Socket, number>();
  app.addHook("onRequest", (request, reply, done) => {
    const { socket } = request.raw;
    const count = (waiting.get(socket) ?? 0) + 1;
    waiting.set(socket, count);
    if (count > inRowMax) {
      // Nothing is answered any more, so the request is not passed on either.
      socket.destroy();
      return;
    }
    reply.raw.once("close", () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    done();
  });
}
