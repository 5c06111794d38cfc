import {
  Client as GrpcClient,
  type ClientUnaryCall,
  credentials,
  type handleClientStreamingCall,
  type handleUnaryCall,
  Metadata,
  type ServiceDefinition,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { inSpan, SpanKind, traceHeaders } from "@lienthong/telemetry/trace.ts";
import { type Breaker, breaker } from "./breaker.ts";
import { callable } from "./callable.ts";
import { deadlineMs } from "./deadline.ts";
import { CallFault, fromStatus } from "./fault.ts";
import { clientLimits } from "./limits.ts";
import { isAnswered, serviceConfig } from "./retry.ts";
import { type Silence, silence } from "./silence.ts";
import { endedBySender } from "./whole-stream.ts";

/** With what a call is made: whose token, for which library, and under which request id when it is a command. */
export type CallContext = {
  token?: string;
  libraryId?: string | undefined;
  requestId?: string;
  /** How long this call may take at most. */
  deadlineMs?: number;
  /** When the one who asked first stops waiting, in milliseconds since 1970: a call behind theirs ends by then. */
  until?: number;
};

/** The way to a service. */
export type Channel = GrpcClient & { readonly way: Breaker; readonly silence: Silence };

type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

/** A service's calls as functions that return promises; each takes the context last, over the client's own. */
export type Client<Server> = {
  [Call in keyof Known<Server>]: Known<Server>[Call] extends handleUnaryCall<infer Ask, infer Reply>
    ? (ask: Ask, context?: CallContext) => Promise<Reply>
    : Known<Server>[Call] extends handleClientStreamingCall<infer Ask, infer Reply>
      ? (asks: AsyncIterable<Ask>, context?: CallContext) => Promise<Reply>
      : never;
};

const uploadDeadlineMs = 30 * 60_000;

// A call that was given less time than this says nothing of the service when it comes too late.
const judgedFromMs = 1_000;

/** One connection to a service, shared by all of its callers in this process. */
export function openChannel(address: string): Channel {
  const client = new GrpcClient(address, credentials.createInsecure(), {
    ...clientLimits,
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 2_000,
    "grpc.service_config": retries,
  });
  const way = breaker({
    failuresMax: 5,
    restMs: 500,
    isAway: (error, ms) => error instanceof CallFault && saysAway(error, ms),
    refusal: () => new CallFault("unavailable", "The service did not answer a moment ago"),
  });
  return Object.assign(client, { way, silence: silence() });
}

const retries = serviceConfig(Object.values(callable));

/** The connection broke, or nothing came back in a time in which something should have. What a service answers is no sign of that. */
function saysAway({ kind, cause }: CallFault, ms: number): boolean {
  if (kind === "too-late") return ms >= judgedFromMs;
  return kind === "unavailable" && !isAnswered((cause as ServiceError).metadata);
}

/**
 * A service's calls in the name of a caller. A fault arrives as CallFault; nothing waits longer than its deadline.
 */
export function clientOf<Server>(channel: Channel, definition: ServiceDefinition, own: CallContext): Client<Server> {
  const calls = Object.entries(definition).map(([name, method]) => {
    const call = (ask: unknown, context: CallContext = {}) =>
      inSpan(`call ${method.path}`, { kind: SpanKind.CLIENT }, () =>
        method.requestStream
          ? stream(channel, method, ask as AsyncIterable<unknown>, { ...own, ...context })
          : channel.way.ask(() => unary(channel, method, ask, { ...own, ...context })),
      );
    return [name, call];
  });
  return Object.fromEntries(calls) as Client<Server>;
}

type Method = ServiceDefinition[string];

function unary(channel: Channel, method: Method, ask: unknown, context: CallContext): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { deadline: endOf(context, deadlineMs.reader) };
    const call: ClientUnaryCall = channel.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      ask,
      metadataOf(context),
      options,
      (error: ServiceError | null, reply?: unknown) => {
        over(error === null || isFromService(error));
        if (error === null) resolve(reply);
        else if (silent) reject(new CallFault("unavailable", "Nothing comes back from the service", { cause: error }));
        else reject(fromStatus(error));
      },
    );
    let silent = false;
    const over = channel.silence(() => {
      silent = true;
      call.cancel();
    });
  });
}

/** Whether the service answered, rather than the connection or the clock. */
const isFromService = ({ code, metadata }: ServiceError): boolean =>
  isAnswered(metadata) || ![status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED].includes(code);

function stream(
  channel: Channel,
  method: Method,
  asks: AsyncIterable<unknown>,
  context: CallContext,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { deadline: endOf(context, uploadDeadlineMs) };
    let over = false;
    let goOn = () => {};
    const call = channel.makeClientStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      metadataOf(context),
      options,
      (error: ServiceError | null, reply?: unknown) => {
        over = true;
        goOn();
        if (error) reject(fromStatus(error));
        else resolve(reply);
      },
    );
    const send = async () => {
      for await (const ask of endedBySender(asks)) {
        // Who was answered before the end, by a refusal perhaps, sends no more: nobody reads it.
        if (over) return;
        const full = !call.write(ask);
        if (full) {
          await new Promise<void>((resume) => {
            goOn = resume;
            call.once("drain", resume);
          });
        }
      }
      call.end();
    };
    send().catch((cause: unknown) => {
      call.cancel();
      reject(new CallFault("bad-input", "What was being sent broke off", { cause }));
    });
  });
}

/** The earlier of what this call may take and what is left to the one who asked first. */
const endOf = (context: CallContext, withinMs: number): number =>
  Math.min(Date.now() + (context.deadlineMs ?? withinMs), context.until ?? Number.POSITIVE_INFINITY);

function metadataOf(context: CallContext): Metadata {
  const metadata = new Metadata();
  if (context.token) metadata.set("authorization", `Bearer ${context.token}`);
  if (context.libraryId) metadata.set("library", context.libraryId);
  if (context.requestId) metadata.set("request-id", context.requestId);
  for (const [name, value] of Object.entries(traceHeaders())) metadata.set(name, value);
  return metadata;
}
