import { setTimeout as pause } from "node:timers/promises";
import type { Actor } from "@lienthong/auth/actor.ts";
import { inSpan } from "@lienthong/telemetry/trace.ts";
import pg from "pg";
import { connectionString, type DatabaseAddress } from "./address.ts";
import { writeOutbox } from "./outbox.ts";
import type { Transaction } from "./transaction.ts";

export type Database = {
  /**
   * Runs work as an actor in one transaction: commits when it returns, rolls back when it throws.
   * A deadlock or serialization failure is tried three times in all.
   */
  transact<T>(actor: Actor, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Calls the listener after each commit that announced events. */
  onAnnounced(listener: () => void): void;
  /** Whether the database answers. */
  ready(): Promise<boolean>;
  close(): Promise<void>;
  /** For the frame's own tables (outbox, inbox, first answers); rooms go through `transact`, and lint holds them to it. */
  readonly frame: pg.Pool;
  /** For publishing and comparing: the outbox must drain also while commands have taken every other connection. */
  readonly relay: pg.Pool;
  /** With the driver's own types, for the queue of jobs, which brings its own statements and expects text for bigint. */
  readonly queue: pg.Pool;
};

const attemptsMax = 3;
const retried = new Set(["40001", "40P01"]);
// One service uses few connections: a command holds one for some milliseconds, and PostgreSQL slows down with hundreds.
export const connectionsMax = 12;
const queueConnectionsMax = 4;
const relayConnectionsMax = 2;

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, BigInt);
types.setTypeParser(pg.types.builtins.DATE, (text) => text);

/** Opens the pool of a service's own role. */
export function openDatabase(address: DatabaseAddress, onError: (error: Error) => void): Database {
  const settings = {
    connectionString: connectionString(address),
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    // Nothing waits for ever: a statement that would is a fault that shows itself.
    options: "-c statement_timeout=20s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s -c timezone=UTC",
  };
  const pool = new pg.Pool({ ...settings, max: connectionsMax, types });
  const queue = new pg.Pool({ ...settings, max: queueConnectionsMax });
  const relay = new pg.Pool({ ...settings, max: relayConnectionsMax, types });
  for (const one of [pool, queue, relay]) {
    // A connection lost while idle is no fault: the next transaction opens another.
    one.on("error", onError);
    // One lost while at work makes its statement fail, and that is where it is heard.
    one.on("connect", (client) => void client.on("error", () => undefined));
  }
  const listeners: (() => void)[] = [];

  async function attempt<T>(actor: Actor, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      const tx: Transaction = { actor, now: await begin(client, actor), client, announced: [] };
      const result = await work(tx);
      if (tx.announced.length > 0) await writeOutbox(tx);
      // Where a statement's error was swallowed in the work, PostgreSQL answers a commit by rolling back.
      const { command } = await client.query("commit");
      if (command !== "COMMIT")
        throw new Error("The transaction was rolled back: a failed statement went unnoticed in it");
      if (tx.announced.length > 0) for (const listener of listeners) listener();
      return result;
    } catch (error) {
      await client.query("rollback").catch((cause: Error) => {
        broken = cause;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  return {
    async transact(actor, work) {
      return inSpan("transaction", {}, async () => {
        for (let attempts = 1; ; attempts += 1) {
          try {
            return await attempt(actor, work);
          } catch (error) {
            const code = (error as { code?: string }).code ?? "";
            if (!retried.has(code) || attempts === attemptsMax) throw error;
            // Two that met once meet again unless one of them waits a little.
            await pause(5 + Math.random() * 20 * attempts);
          }
        }
      });
    },
    onAnnounced: (listener) => void listeners.push(listener),
    ready: () =>
      pool.query("select 1").then(
        () => true,
        () => false,
      ),
    close: async () => void (await Promise.all([pool.end(), queue.end(), relay.end()])),
    frame: pool,
    relay,
    queue,
  };
}

/** Begins and says who acts, in one round trip. @returns the transaction's time */
async function begin(client: pg.PoolClient, actor: Actor): Promise<Date> {
  const who = [actor.kind, actor.id, actor.libraryId, actor.personId]
    .map((value) => (value === null ? "null" : pg.escapeLiteral(value)))
    .join(", ");
  // Two statements in one message answer as a list of results, which the types do not know.
  const results = (await client.query(`begin; select begin_as(${who}) as now`)) as unknown as pg.QueryResult<{
    now: Date;
  }>[];
  const now = results[1]?.rows[0]?.now;
  if (now === undefined) throw new Error("The database did not say its time when a transaction began");
  return now;
}
