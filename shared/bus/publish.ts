import { JetStreamApiError } from "@nats-io/jetstream";
import { errors, headers, type MsgHdrs } from "@nats-io/transport-node";
import type { Bus } from "./connection.ts";

/** A row of the outbox on its way. */
export type Outgoing = {
  id: string;
  pos: bigint;
  /** Told again: by a republish, or because the bus had lost it. */
  republished: boolean;
  shard: number;
  subject: string;
  aggregate: string;
  version: bigint;
  headers: Record<string, string>;
  payload: Buffer;
};

export type Published = {
  /** What the bus has acknowledged. */
  taken: readonly Outgoing[];
  /** Shards whose next event it answered with a refusal, such as that the stream is full. */
  refused: ReadonlyMap<number, unknown>;
  /** Why it stopped altogether: the bus did not answer. */
  away?: unknown;
};

const timeoutMs = 5_000;
// One by one is slow, and a transaction stands open meanwhile: what is left over is for the next one.
const oneByOneMs = 8_000;

/** Publishes rows in their order, as one atomic batch where that goes, else one by one. */
export async function publish(bus: Bus, rows: readonly Outgoing[]): Promise<Published> {
  const [first, ...others] = rows;
  const last = others.pop();
  if (!first || !last) return oneByOne(bus, rows);
  try {
    const batch = await bus.publish.startBatch(first.subject, first.payload, { headers: envelope(bus, first) });
    for (const row of others) batch.add(row.subject, row.payload, { headers: envelope(bus, row) });
    await batch.commit(last.subject, last.payload, { headers: envelope(bus, last), timeout: timeoutMs });
    return { taken: rows, refused: new Map() };
  } catch {
    // The bus refuses a batch whole when it knows one of its ids already (its error 10201, which the client does not show):
    // sent singly, the known ones answer "duplicate". When the bus is away, the first of them says so and the rest wait.
    return oneByOne(bus, rows);
  }
}

/** An event that is refused holds back those of its own shard behind it, and no others. */
async function oneByOne(bus: Bus, rows: readonly Outgoing[]): Promise<Published> {
  const taken: Outgoing[] = [];
  const refused = new Map<number, unknown>();
  const end = performance.now() + oneByOneMs;
  for (const row of rows) {
    if (refused.has(row.shard)) continue;
    if (performance.now() > end) break;
    try {
      await bus.publish.publish(row.subject, row.payload, { headers: envelope(bus, row) });
      taken.push(row);
    } catch (error) {
      if (!isRefusal(error)) return { taken, refused, away: error };
      refused.set(row.shard, error);
    }
  }
  return { taken, refused };
}

/** The server answered "no", or the event is larger than it takes: to ask it for another event makes sense. */
const isRefusal = (error: unknown) =>
  error instanceof JetStreamApiError ||
  error instanceof errors.InvalidArgumentError ||
  error instanceof errors.PermissionViolationError;

/** CloudEvents 1.0 attributes in binary mode, and what else every consumer may rely on. */
function envelope(bus: Bus, row: Outgoing): MsgHdrs {
  const envelope = headers();
  const attributes: Record<string, string> = {
    ...row.headers,
    // What is told again must not be taken for a repetition by a bus that has lost the event and not yet its id.
    "Nats-Msg-Id": row.republished ? `${row.id}.${row.pos}` : row.id,
    "ce-specversion": "1.0",
    "ce-id": row.id,
    "ce-source": bus.service,
    "ce-subject": row.aggregate,
    version: String(row.version),
    shard: String(row.shard),
  };
  for (const [name, value] of Object.entries(attributes)) if (value !== "") envelope.set(name, value);
  return envelope;
}

/** The id of an event on the bus. */
export const publishedAs = (headers: MsgHdrs | undefined): string => headers?.get("ce-id") ?? "";
