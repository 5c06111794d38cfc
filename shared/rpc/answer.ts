import type { handleClientStreamingCall, handleUnaryCall } from "@grpc/grpc-js";
import type { Actor } from "@lienthong/auth/actor.ts";
import type { Transaction } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import type { Clients } from "./clients.ts";

/** Who calls, and what a door may do in their name. The clients reach the services named in `calls` with the caller's own token. */
export type Caller = Clients & {
  readonly actor: Actor;
  readonly log: Log;
  /** One transaction as the caller. What a command's transaction returns is its answer, kept with it. */
  as<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  /** Reads as the caller before a command's own transaction. */
  read<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
};

/** What a service does with one call. */
export type Answer<Ask, Reply> = {
  readonly kind: "query" | "command" | "upload";
  run(ask: Ask, caller: Caller): Promise<Reply>;
};

type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

/** One answer a call of the proto's service: a missing one does not compile. */
export type Answers<Server> = {
  [Call in keyof Known<Server>]: Known<Server>[Call] extends handleUnaryCall<infer Ask, infer Reply>
    ? Answer<Ask, Reply>
    : Known<Server>[Call] extends handleClientStreamingCall<infer Ask, infer Reply>
      ? Answer<AsyncIterable<Ask>, Reply>
      : never;
};

/** A call that only reads. */
export const query = <Ask, Reply>(run: (ask: Ask, caller: Caller) => Promise<Reply>): Answer<Ask, Reply> => ({
  kind: "query",
  run,
});

/**
 * A call that changes something. It needs a request id, and its reply must be what `caller.as` returned: the frame keeps
 * it in the same transaction and gives it again to the same request, without running the command a second time.
 */
export const command = <Ask, Reply>(run: (ask: Ask, caller: Caller) => Promise<Reply>): Answer<Ask, Reply> => ({
  kind: "command",
  run,
});

/** A command that receives a stream of messages, such as a file. */
export const upload = <Ask, Reply>(
  run: (asks: AsyncIterable<Ask>, caller: Caller) => Promise<Reply>,
): Answer<AsyncIterable<Ask>, Reply> => ({ kind: "upload", run });
