import { Readable } from "node:stream";
import type { CallContext } from "@lienthong/rpc/client.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { deadlineMs } from "@lienthong/rpc/deadline.ts";
import { badInput, CallFault } from "@lienthong/rpc/fault.ts";
import { isRefusal } from "@lienthong/rpc/refusal.ts";
import { problemOfRefusal } from "@lienthong/http/problem.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { fileOf } from "./incoming-file.ts";
import { listsIn } from "./openapi.ts";
import { sendProblem } from "./problems.ts";
import { type Caller, type Lines, refusedStatus, type Route } from "./route.ts";

export type Doors = {
  clientsFor(context: CallContext): Clients;
  libraryOf(code: string): Promise<string>;
  uploadBytesMax: number;
};

/**
 * Serves a route: whether a token is there, what was asked in the declared shapes, the call, its reply in the declared
 * shape. Who the token is of and what they may do is decided by the services.
 */
export function serveRoute(app: FastifyInstance, route: Route, doors: Doors): void {
  const lists = listsIn(route.query);
  const ndjson = Object.values(route.replies).some((reply) => "lines" in reply);
  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ":$1"),
    // Answering HEAD would read a whole export to throw it away.
    exposeHeadRoute: route.method === "GET" && !ndjson,
    onRequest: async (request, reply) => {
      if (!route.public) void reply.header("cache-control", "no-store");
      if (tokenOf(request) === undefined && !route.public) throw new CallFault("no-token", "Send an access token");
      if (route.method === "POST") requestIdOf(request);
    },
    handler: async (request, reply) => {
      const token = tokenOf(request);
      const context: CallContext = {
        ...(token === undefined ? {} : { token }),
        ...(route.method === "POST" ? { requestId: requestIdOf(request) } : {}),
        ...(ndjson || route.file ? {} : { until: Date.now() + deadlineMs[route.waits ?? "reader"] }),
      };
      const ask = {
        params: parsed("path", route.params, request.params),
        query: parsed("query", route.query, withLists(request.query as Record<string, unknown>, lists)),
        body: route.body && parsed("body", route.body, request.body),
        file: fileOf(request, doors.uploadBytesMax),
      };
      const sent = await route.call(ask, await callerOf(request, context, doors));
      if (isRefusal(sent)) return sendProblem(reply, problemOfRefusal(sent, refusedStatus(route)));
      void reply.code(sent.status).headers(sent.headers);
      return send(reply, route.replies[sent.status], sent.value);
    },
  });
}

async function callerOf(request: FastifyRequest, context: CallContext, doors: Doors): Promise<Caller> {
  const libraryId = await libraryNamed(request, doors);
  return {
    ...doors.clientsFor({ ...context, libraryId }),
    libraryOf: doors.libraryOf,
    actingFor: (id) => doors.clientsFor({ ...context, libraryId: id }),
  };
}

async function libraryNamed(request: FastifyRequest, doors: Doors): Promise<string | undefined> {
  const named = request.headers.library;
  if (named === undefined) return undefined;
  try {
    return await doors.libraryOf(libraryCode.parse(named));
  } catch (error) {
    const unknown = error instanceof z.ZodError || (error instanceof CallFault && error.kind === "not-found");
    if (!unknown) throw error;
    throw badInput({ field: "Library", problem: "no library has this code; expected one such as VN-000001P" });
  }
}

/** The token as it was sent, or undefined where there is none. @throws CallFault no-token when what is sent is none */
function tokenOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  const token = /^Bearer +([\w.~+/=-]{1,7500})$/i.exec(authorization)?.[1];
  if (token === undefined) throw new CallFault("no-token", "Authorization must be: Bearer, a space, an access token");
  return token;
}

function requestIdOf(request: FastifyRequest): string {
  const key = request.headers["idempotency-key"];
  if (typeof key === "string" && /^[\x21-\x7e]{8,200}$/.test(key)) return key;
  throw badInput({
    field: "Idempotency-Key",
    problem: "every POST needs this header: 8 to 200 visible ASCII characters, new for each thing to be done",
  });
}

// Made once: to make a schema takes longer than to use it.
const nothing = z.strictObject({});
const libraryCode = z.string().max(40);

function parsed(place: string, shape: z.ZodType | undefined, given: unknown): never {
  const read = (shape ?? nothing).safeParse(given);
  if (read.success) return read.data as never;
  throw badInput(
    ...read.error.issues
      .slice(0, 20)
      .map(({ path, message }) => ({ field: [place, ...path].join("."), problem: message })),
  );
}

/** A query says a list by repeating its name; a list of one then looks like a single value. */
function withLists(query: Record<string, unknown>, lists: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, lists.has(name) ? [value].flat() : value]),
  );
}

async function send(
  reply: FastifyReply,
  shape: Route["replies"][number] | undefined,
  value: unknown,
): Promise<unknown> {
  if (!shape) throw new Error(`The route does not declare the status ${reply.statusCode}`);
  if ("lines" in shape) return reply.type("application/x-ndjson").send(await linesOf(shape, value as never));
  if (shape instanceof z.ZodUndefined) return reply.send();
  return reply.type("application/json; charset=utf-8").send(JSON.stringify(z.encode(shape, value)));
}

/** The first line is waited for, so that what is refused or fails at once can still be said as a problem. */
async function linesOf({ lines }: Lines, values: AsyncIterable<unknown>): Promise<Readable> {
  const source = values[Symbol.asyncIterator]();
  const first = await source.next();
  async function* texts() {
    try {
      for (let next = first; !next.done; next = await source.next()) {
        yield `${JSON.stringify(z.encode(lines, next.value))}\n`;
      }
    } finally {
      await source.return?.();
    }
  }
  return Readable.from(texts());
}
