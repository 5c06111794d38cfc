import type { Clients } from "@lienthong/rpc/clients.ts";
import type { Deadline } from "@lienthong/rpc/deadline.ts";
import type { Refusal } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";

/** A file on its way in: its bytes are read once, as they come. */
export type IncomingFile = { name: string; mediaType: string; bytes: AsyncIterable<Uint8Array> };

/** Who asks; the clients carry the caller's token, the library named in the header `Library`, and the request id. */
export type Caller = Clients & {
  /** The code of a library, where one from outside may have been given. @throws CallFault not-found */
  libraryOf(code: string): Promise<string>;
  /** The same caller acting for one library, which the services let pass only when the token says so. */
  actingFor(libraryId: string): Clients;
};

/** A reply of many lines, each a JSON value (NDJSON), asked for page by page as fast as the client reads. */
export type Lines<Line extends z.ZodType = z.ZodType> = { lines: Line };
export const lines = <Line extends z.ZodType>(line: Line): Lines<Line> => ({ lines: line });

/** A reply without a body. */
export const noBody = (meaning: string) => z.undefined().describe(meaning);

export type Replies = Readonly<Record<number, z.ZodType | Lines>>;
type Value<Reply> =
  Reply extends Lines<infer Line> ? AsyncIterable<z.output<Line>> : Reply extends z.ZodType ? z.output<Reply> : never;

/** What is sent: one of the declared replies. */
export type Sent<R extends Replies> = {
  [Status in keyof R & number]: { status: Status; value: Value<R[Status]>; headers: Record<string, string> };
}[keyof R & number];

export const sends = <const Status extends number, V>(
  status: Status,
  value: V,
  headers: Record<string, string> = {},
) => ({ status, value, headers });

type Declared<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends Replies> = {
  method: "GET" | "POST";
  /** As OpenAPI writes it: `/api/v1/titles/{id}`. */
  path: string;
  /** The operation's name for generated clients. */
  name: string;
  summary: string;
  /** May come without a token. */
  public?: boolean;
  /** Who waits for the answer; a reader where nothing is said. Of files and of many lines each call has its own time. */
  waits?: Deadline;
  params?: P;
  query?: Q;
  body?: B;
  /** Kinds of file that the body may be; the file is passed on as it comes and never held as a whole. */
  file?: readonly string[];
  replies: R;
  /** The status of a refusal, where it is not 404 for what is asked and 409 for what is commanded. */
  refused?: 422;
  call(
    ask: { params: z.output<P>; query: z.output<Q>; body: z.output<B>; file: IncomingFile },
    caller: Caller,
  ): Promise<Sent<R> | Refusal>;
};

/** A route as the frame serves and describes it. */
export type Route = Declared<z.ZodType, z.ZodType, z.ZodType, Replies>;

const nothing = z.strictObject({});
type Nothing = typeof nothing;

/**
 * Declares a route: validation, permission to come without a token, and the description in OpenAPI all follow from it.
 * Schemas of replies are codecs: they turn what a service answered into what goes over the wire, and nothing else goes.
 */
export function route<
  R extends Replies,
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = z.ZodUndefined,
>(declared: Declared<P, Q, B, R>): Route {
  return declared as unknown as Route;
}

/** The status with which a route says that a rule refused. */
export const refusedStatus = (declared: Route): number => declared.refused ?? (declared.method === "GET" ? 404 : 409);
