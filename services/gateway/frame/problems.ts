import type { Problem } from "@lienthong/http/problem.ts";
import { problemOfError, problemType } from "@lienthong/http/problem.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import type { FastifyInstance, FastifyReply } from "fastify";
import { FileTooLarge } from "./incoming-file.ts";

/** Everything that a request may be answered instead of a reply is a problem, RFC 9457. */
export function answerWithProblems(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, problemOfError(noSuchRoute)));
  app.setErrorHandler((error, request, reply) => {
    // A file that grew too large breaks off the call that carries it; what broke it off is what the client must learn.
    const reason = error instanceof CallFault && error.cause instanceof FileTooLarge ? error.cause : error;
    if (reason instanceof FileTooLarge) void reply.header("connection", "close");
    const problem = problemOfError(reason);
    if (problem.status === 500 && !(reason instanceof CallFault)) {
      log.error({ err: reason, route: request.routeOptions.url, runbook: "call-fault" }, "request");
    }
    return sendProblem(reply, problem);
  });
}

const noSuchRoute = new CallFault("not-found", "There is no such door; /api/openapi.json lists them");

/** Sends a problem with what its status asks for: how to sign in, when to come again. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.status === 401) void reply.header("www-authenticate", 'Bearer realm="lienthong"');
  if (problem.status === 503) void reply.header("retry-after", "2");
  return reply.code(problem.status).type(problemType).send(JSON.stringify(problem));
}
