import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerErrorResponse,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { actorLabel, nobody } from "@lienthong/auth/actor.ts";
import type { Permission } from "@lienthong/auth/permission.ts";
import { connectionsMax } from "@lienthong/database/database.ts";
import { counter, durations } from "@lienthong/telemetry/metric.ts";
import { inSpan, SpanKind } from "@lienthong/telemetry/trace.ts";
import { admission, admissionByOwner } from "./admission.ts";
import type { Answer } from "./answer.ts";
import { actorOf, checkHere, checkPermission, databaseWay, type Doors, faultOf, type Incoming, reply } from "./call.ts";
import { CallFault, toStatus } from "./fault.ts";
import { metadataBytesMax, serverLimits, sizeOf } from "./limits.ts";
import { sealedStream } from "./sealed-stream.ts";
import { wholeOrFault } from "./whole-stream.ts";

const callSeconds = durations("call_seconds", "Calls by name and outcome");
const callsAgain = counter("calls_again_total", "Calls that their sender made again because the connection broke");

export type RpcServer = { port: number; stop(): Promise<void> };

// Twice the pool: one call works in the database while another computes or asks a neighbour.
const callsMax = 2 * connectionsMax;
// How long a call waits for a place: a rush of a moment passes within it, and what lasts is for later.
const waitMsMax = 100;
// A file may take minutes and holds no connection meanwhile; each costs an open file and a piece of it in memory.
const uploadsMax = 32;
// A library's line may be slow: its files wait for each other and not the others' for them.
const uploadsOfOneMax = 4;

type Rows = Record<string, Permission | readonly Permission[]>;

/**
 * Serves a service's calls. For each: whose token, may they, the answer or its first one, one log line, one span, one
 * measurement. Nothing of this stands in a room.
 */
export async function serve(
  definition: ServiceDefinition,
  answers: Record<string, Answer<never, unknown>>,
  permissions: Rows,
  parts: Omit<Doors, "way">,
  address: { host: string; port: number },
): Promise<RpcServer> {
  const doors = { ...parts, way: databaseWay() };
  const server = new Server(serverLimits);
  const calls = admission(callsMax, waitMsMax);
  const uploads = admissionByOwner(uploadsMax, uploadsOfOneMax, waitMsMax);
  const handlers = Object.entries(definition).map(([call, method]) => {
    const answer = answers[call] as Answer<unknown, unknown> | undefined;
    const permission = permissions[call];
    if (!answer || !permission) throw new Error(`${method.path} has no answer or no permission`);
    const isOfDesk = [permission].flat().some((cell) => "role" in cell && cell.role === "librarian.desk");
    const coder = { encode: method.responseSerialize, decode: method.responseDeserialize };
    const take = async (
      incoming: ServerUnaryCall<unknown, unknown> | ServerReadableStream<unknown, unknown>,
      respond: sendUnaryData<unknown>,
    ) => {
      const started = performance.now();
      const metadata = incoming.metadata;
      if (text(metadata, "grpc-previous-rpc-attempts") !== undefined) callsAgain.add(1, { call });
      const until = Number(incoming.getDeadline());
      const sent = "request" in incoming ? undefined : sealedStream(wholeOrFault(incoming), method.requestSerialize);
      const asked: Incoming = {
        call: method.path,
        token: /^Bearer (.+)$/.exec(text(metadata, "authorization") ?? "")?.[1],
        libraryId: text(metadata, "library"),
        requestId: text(metadata, "request-id"),
        ask: "request" in incoming ? incoming.request : sent?.asks,
        until,
        gone: () => incoming.cancelled || Date.now() >= until,
        body: () => ("request" in incoming ? method.requestSerialize(incoming.request) : sent!.seal()),
      };
      let actor = nobody;
      const work = async () => {
        checkHere(asked);
        if (sizeOf(metadata) > metadataBytesMax) throw new CallFault("busy", "The metadata is larger than is taken");
        actor = await actorOf(doors.verify, asked);
        checkPermission(actor, permission, "request" in incoming ? incoming.request : {});
        // Whoever may not ask takes no place from those who may.
        const leave = await (sent ? uploads.enter(actor.libraryId ?? actor.id) : calls.enter(isOfDesk));
        return reply(doors, answer, coder, actor, asked).finally(leave);
      };
      const done = (outcome: string, error?: unknown) => {
        const ms = Math.round(performance.now() - started);
        const line = { call: method.path, actor: actorLabel(actor), library: actor.libraryId, outcome, ms };
        callSeconds.observe(ms / 1000, { call, outcome });
        if (outcome === "fault") doors.log.error({ ...line, err: error, runbook: "call-fault" }, "call");
        else doors.log.info(line, "call");
      };
      const parent = { traceparent: text(metadata, "traceparent") ?? "" };
      try {
        const answered = await inSpan(`answer ${call}`, { kind: SpanKind.SERVER, parent }, work);
        done(outcomeOf(answered));
        respond(null, answered);
      } catch (error) {
        const fault = faultOf(error);
        done(fault.kind, error);
        respond(toStatus(fault, new Metadata()) as ServerErrorResponse);
      }
    };
    return [call, (incoming: never, respond: never) => void take(incoming, respond)];
  });
  server.addService(definition, Object.fromEntries(handlers));
  const port = await new Promise<number>((bound, failed) => {
    server.bindAsync(`${address.host}:${address.port}`, ServerCredentials.createInsecure(), (error, at) =>
      error ? failed(error) : bound(at),
    );
  });
  return {
    port,
    stop: () =>
      new Promise((stopped) => {
        const force = setTimeout(() => server.forceShutdown(), 5_000);
        server.tryShutdown(() => {
          clearTimeout(force);
          stopped();
        });
      }),
  };
}

function text(metadata: Metadata, name: string): string | undefined {
  const [value] = metadata.get(name);
  return value === undefined ? undefined : value.toString();
}

/** `ok`, or the code of the refusal. */
function outcomeOf(answered: unknown): string {
  const outcome = (answered as { outcome?: { $case: string; value: { code?: string } } }).outcome;
  return outcome?.$case === "refused" ? (outcome.value.code ?? "refused") : "ok";
}
