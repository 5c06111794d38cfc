import { actingAt, type Actor, nobody } from "@lienthong/auth/actor.ts";
import { may, type Permission } from "@lienthong/auth/permission.ts";
import { TokenRefused, type VerifyToken } from "@lienthong/auth/verify.ts";
import { faultPoint } from "@lienthong/config/fault-point.ts";
import { type Database, TooLate } from "@lienthong/database/database.ts";
import {
  AnsweredMeanwhile,
  firstAnswer,
  keepAnswer,
  type RepeatableRequest,
  RequestIdReused,
} from "@lienthong/database/first-answer.ts";
import { isDatabaseAway, isDatabaseBusy, isDatabaseFull, isUnkeepable } from "@lienthong/database/errors.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import type { Answer, Caller } from "./answer.ts";
import { type Breaker, breaker } from "./breaker.ts";
import type { CallContext } from "./client.ts";
import type { Clients } from "./clients.ts";
import { badInput, CallFault, notFound } from "./fault.ts";

/** One call as it came in, whatever carried it. */
export type Incoming = {
  call: string;
  token: string | undefined;
  libraryId: string | undefined;
  requestId: string | undefined;
  ask: unknown;
  /** When the caller stops waiting, in milliseconds since 1970; infinite where they did not say. */
  until: number;
  /** Whether they have stopped already, by their deadline or by hanging up. */
  gone(): boolean;
  /** What tells this request from another: its bytes, of an upload their hash once all have come. */
  body(): Promise<Uint8Array> | Uint8Array;
};

export type Method = { encode(reply: unknown): Buffer; decode(reply: Buffer): unknown };

export type Doors = {
  database: Database;
  /** The way to the database, which is left alone while nothing comes back from it. */
  way: Breaker;
  verify: VerifyToken;
  log: Log;
  clientsFor(context: CallContext): Clients;
};

// A transaction that was given less time than this says nothing of the database when it comes too late.
const judgedFromMs = 1_000;

/** @returns the way of a service's calls to its database */
export const databaseWay = (): Breaker =>
  breaker({
    failuresMax: 5,
    restMs: 500,
    isAway: (error, ms) =>
      // One that is full still answers readers.
      (isDatabaseAway(error) && !isDatabaseFull(error)) || (error instanceof TooLate && ms >= judgedFromMs),
    refusal: () => new CallFault("unavailable", "The database did not answer a moment ago"),
  });

const requestIdShape = /^[\x21-\x7e]{8,200}$/;

/** Who calls, proven by the token. @throws CallFault no-token */
export async function actorOf(verify: VerifyToken, incoming: Incoming): Promise<Actor> {
  if (incoming.token === undefined) return nobody;
  try {
    return actingAt(await verify(incoming.token), incoming.libraryId);
  } catch (cause) {
    if (cause instanceof TokenRefused) throw new CallFault("no-token", "The access token is not accepted", { cause });
    throw new CallFault("unavailable", "Sign-in cannot be checked at present", { cause });
  }
}

/** @throws CallFault no-token, not-allowed, or not-found where another library is asked for */
export function checkPermission(actor: Actor, permission: Permission | readonly Permission[], ask: unknown): void {
  const cells: readonly Permission[] = "to" in permission ? [permission] : permission;
  const granted = cells.filter((cell) => may(actor, cell));
  if (granted.length === 0) {
    if (actor.kind === "nobody") throw new CallFault("no-token", "Sign in first");
    throw new CallFault("not-allowed", "Your account has no role for this");
  }
  const asked = (ask as { libraryId?: unknown }).libraryId;
  const boundToOwn = granted.every((cell) => cell.to === "role" && cell.at === "library");
  // To staff another library's matters look as if they were not there.
  if (boundToOwn && typeof asked === "string" && asked !== "" && asked !== actor.libraryId) throw notFound("library");
}

/** What nobody waits for any more is not begun. @throws CallFault too-late */
export function checkHere(incoming: Pick<Incoming, "gone">): void {
  if (incoming.gone()) throw new CallFault("too-late", "Whoever asked does not wait any more");
}

/** Runs an answer for a caller who may have it; the same request again gets its first answer. */
export async function reply(
  doors: Doors,
  answer: Answer<unknown, unknown>,
  method: Method,
  actor: Actor,
  incoming: Incoming,
): Promise<unknown> {
  const clients = doors.clientsFor({
    ...(incoming.token === undefined ? {} : { token: incoming.token }),
    libraryId: actor.libraryId ?? undefined,
    until: incoming.until,
  });
  const transact: Caller["read"] = async (work) => {
    checkHere(incoming);
    return doors.way.ask(() => doors.database.transact(actor, work, incoming.until));
  };
  const read = transact;
  const caller = { ...clients, actor, log: doors.log, read };
  if (answer.kind === "query") return answer.run(incoming.ask, { ...caller, as: read });

  const request = repeatable(incoming, actor.libraryId);
  const again = async () => {
    const kept = await doors.way.ask(() => firstAnswer(doors.database, actor, request));
    return kept && method.decode(Buffer.from(kept));
  };
  const first = await again();
  if (first !== undefined) return first;
  let kept: unknown;
  const as: Caller["as"] = async (work) => {
    const committed = await transact(async (tx) => {
      faultPoint("K1");
      const result = await work(tx);
      await keepAnswer(tx, request, method.encode(result));
      kept = result;
      faultPoint("K3");
      return result;
    });
    faultPoint("K4");
    return committed;
  };
  try {
    const given = await answer.run(incoming.ask, { ...caller, as });
    // A refusal given before the transaction changed nothing and may be asked for again.
    if (kept !== undefined && kept !== given) throw new Error(`${incoming.call} answered something else than it kept`);
    return given;
  } catch (error) {
    if (!(error instanceof AnsweredMeanwhile)) throw error;
    return again();
  }
}

function repeatable(incoming: Incoming, libraryId: string | null): RepeatableRequest {
  const { requestId, call, body } = incoming;
  if (requestId === undefined || !requestIdShape.test(requestId)) {
    throw badInput({
      field: "request-id",
      problem: "a command needs a request id of 8 to 200 visible ASCII characters",
    });
  }
  return { requestId, call, libraryId, body };
}

/** What the caller learns of an error. */
export function faultOf(error: unknown): CallFault {
  if (error instanceof CallFault) return error;
  if (error instanceof RequestIdReused) return new CallFault("request-id-reused", error.message, { cause: error });
  if (error instanceof TooLate) return new CallFault("too-late", "The answer took too long", { cause: error });
  if (isUnkeepable(error)) {
    return new CallFault("bad-input", "A text holds a character that cannot be kept", { cause: error });
  }
  if (isDatabaseAway(error) || isDatabaseBusy(error)) {
    return new CallFault("unavailable", "A part of the service does not answer at present", { cause: error });
  }
  return new CallFault("fault", "An internal fault", { cause: error });
}
