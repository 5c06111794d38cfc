import {
  Client as Channel,
  type ClientUnaryCall,
  credentials,
  type handleClientStreamingCall,
  type handleUnaryCall,
  Metadata,
  type ServiceDefinition,
  type ServiceError,
} from "@grpc/grpc-js";
import { inSpan, SpanKind, traceHeaders } from "@lienthong/telemetry/trace.ts";
import { CallFault, fromStatus } from "./fault.ts";
import { clientLimits } from "./limits.ts";
import { endedBySender } from "./whole-stream.ts";

/** With what a call is made: whose token, for which library, and under which request id when it is a command. */
export type CallContext = { token?: string; libraryId?: string | undefined; requestId?: string; deadlineMs?: number };

type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

/** A service's calls as functions that return promises; each takes the context last, over the client's own. */
export type Client<Server> = {
  [Call in keyof Known<Server>]: Known<Server>[Call] extends handleUnaryCall<infer Ask, infer Reply>
    ? (ask: Ask, context?: CallContext) => Promise<Reply>
    : Known<Server>[Call] extends handleClientStreamingCall<infer Ask, infer Reply>
      ? (asks: AsyncIterable<Ask>, context?: CallContext) => Promise<Reply>
      : never;
};

const deadlineMs = 5_000;
const uploadDeadlineMs = 30 * 60_000;

/** One connection to a service, shared by all of its callers in this process. */
export function openChannel(address: string): Channel {
  return new Channel(address, credentials.createInsecure(), {
    ...clientLimits,
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 2_000,
  });
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
          : unary(channel, method, ask, { ...own, ...context }),
      );
    return [name, call];
  });
  return Object.fromEntries(calls) as Client<Server>;
}

type Method = ServiceDefinition[string];

function unary(channel: Channel, method: Method, ask: unknown, context: CallContext): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + (context.deadlineMs ?? deadlineMs) };
    channel.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      ask,
      metadataOf(context),
      options,
      (error: ServiceError | null, reply?: unknown) => (error ? reject(fromStatus(error)) : resolve(reply)),
    ) satisfies ClientUnaryCall;
  });
}

function stream(
  channel: Channel,
  method: Method,
  asks: AsyncIterable<unknown>,
  context: CallContext,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + (context.deadlineMs ?? uploadDeadlineMs) };
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

function metadataOf(context: CallContext): Metadata {
  const metadata = new Metadata();
  if (context.token) metadata.set("authorization", `Bearer ${context.token}`);
  if (context.libraryId) metadata.set("library", context.libraryId);
  if (context.requestId) metadata.set("request-id", context.requestId);
  for (const [name, value] of Object.entries(traceHeaders())) metadata.set(name, value);
  return metadata;
}
