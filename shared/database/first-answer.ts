import { createHash, createHmac } from "node:crypto";
import type { Actor } from "@lienthong/auth/actor.ts";
import { type Database, soon } from "./database.ts";
import { prepared, run, sql, type Transaction } from "./transaction.ts";

/**
 * A request that a client may send again: its id, the call, the library acted for and what was asked. The body is asked
 * for when it is compared or kept, because of a file it is not known before the last byte has come.
 */
export type RepeatableRequest = {
  requestId: string;
  call: string;
  libraryId: string | null;
  body(): Promise<Uint8Array> | Uint8Array;
};

/** The same request id came with another body: the client mixed up two requests. */
export class RequestIdReused extends Error {}

/** Another transaction has kept its answer first; what this one did must not commit. */
export class AnsweredMeanwhile extends Error {}

/**
 * The answer that was given to this request before, if any: asked before anything else is done.
 * @throws RequestIdReused when it was another request
 */
export async function firstAnswer(
  database: Database,
  actor: Actor,
  request: RepeatableRequest,
): Promise<Uint8Array | undefined> {
  const statement = prepared(sql`
    select call, body_hash as "bodyHash", answer from first_answer
    where actor = ${actorKey(actor)} and request_id = ${keyOf(request)}`);
  const found = await database.frame.query<{ call: string; bodyHash: Buffer; answer: Buffer }>(soon(statement));
  const [kept] = found.rows;
  if (!kept) return undefined;
  if (kept.call !== request.call || !kept.bodyHash.equals(await sealOf(request))) {
    throw new RequestIdReused(`Request id ${request.requestId} was used for another request`);
  }
  return kept.answer;
}

/**
 * Keeps the answer in the command's own transaction.
 * @throws AnsweredMeanwhile when the same request was answered by another transaction that committed first
 */
export async function keepAnswer(tx: Transaction, request: RepeatableRequest, answer: Uint8Array): Promise<void> {
  const kept = await run(
    tx,
    sql`
    insert into first_answer (actor, request_id, call, body_hash, answer)
    values (${actorKey(tx.actor)}, ${keyOf(request)}, ${request.call}, ${await sealOf(request)}, ${Buffer.from(answer)})
    on conflict do nothing`,
  );
  if (kept === 0) throw new AnsweredMeanwhile(request.requestId);
}

const actorKey = (actor: Actor) => `${actor.kind}:${actor.id}`;

// A body may hold a PIN, and the plain hash of a body that is known but for four digits gives them away. So the body is
// sealed with the request id as the key, and of the request id itself only a hash is kept.
const keyOf = (request: RepeatableRequest) => createHash("sha256").update(request.requestId).digest("base64url");
const sealOf = async ({ requestId, libraryId, body }: RepeatableRequest) =>
  createHmac("sha256", requestId)
    .update(`${libraryId ?? ""}\n`)
    .update(await body())
    .digest();
