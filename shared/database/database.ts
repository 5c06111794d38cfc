import { setTimeout as pause } from "node:timers/promises";
import type { Actor } from "@lienthong/auth/actor.ts";
import { gauge } from "@lienthong/telemetry/metric.ts";
import { inSpan } from "@lienthong/telemetry/trace.ts";
import pg from "pg";
import { connectionString, type DatabaseAddress } from "./address.ts";
import { isDatabaseFull, isNoAnswer } from "./errors.ts";
import { writeOutbox } from "./outbox.ts";
import type { Sql, Transaction } from "./transaction.ts";

export type Database = {
  /**
   * Runs work as an actor in one transaction: commits when it returns, rolls back when it throws.
   * A deadlock or serialization failure is tried three times in all.
   * @param until when the one who asked stops waiting, in milliseconds since 1970: no statement runs for longer, and a
   * connection on which nothing comes back is given up a little later
   * @throws TooLate when that was before the work could begin
   */
  transact<T>(actor: Actor, work: (tx: Transaction) => Promise<T>, until?: number): Promise<T>;
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

/** Whoever asked had stopped waiting before the work could begin, or before it ended. */
export class TooLate extends Error {}

const attemptsMax = 3;
const retried = new Set(["40001", "40P01"]);
// One service uses few connections: a command holds one for some milliseconds, and PostgreSQL slows down with hundreds.
export const connectionsMax = 12;
// Each of two workers listens on one and shows its sign of life on another; two are left for what they ask.
const queueConnectionsMax = 6;
const relayConnectionsMax = 4;

// Within this time there is a connection, and an answer to what waits for no lock: else the database is away, and who asks
// is told so while they still wait for an answer.
const soonMs = 1_500;
const statementMsMax = 20_000;
// How long anybody waits for a statement that the server should have ended: it has vanished without a word.
const queryMsMax = statementMsMax + 5_000;
/** What compares or moves millions of rows, beside everything else. */
export const longMsMax = 600_000;
// The server ends a statement at its deadline by itself; if nothing has come this much later, it is not there any more.
const graceMs = 500;

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, BigInt);
types.setTypeParser(pg.types.builtins.DATE, (text) => text);

/** A statement that waits for no lock and takes no time: where no answer comes soon, there is nobody. */
export const soon = (statement: pg.QueryConfig): pg.QueryConfig & { query_timeout: number } => ({
  ...statement,
  query_timeout: soonMs,
});

/** A statement that may take minutes on a connection whose statement_timeout allows it: the driver waits as long. */
export const atLength = ({ text, values }: Sql): pg.QueryConfig & { query_timeout: number } => ({
  text,
  values,
  query_timeout: longMsMax + 5_000,
});

type Pools = Record<"commands" | "queue" | "relay", pg.Pool>;
const opened = new Set<Pools>();

/** What there is of something in each kind of pool; a process has one of each, but for tests. */
function* inPools(count: (pool: pg.Pool) => number) {
  for (const pool of ["commands", "queue", "relay"] as const) {
    let value = 0;
    for (const pools of opened) value += count(pools[pool]);
    yield { pool, value };
  }
}

// One that stays at work when nobody asks for anything was never given back.
gauge("database_connections_busy", "Connections to the database that are at work or being opened", () =>
  inPools(({ totalCount, idleCount }) => totalCount - idleCount),
);
gauge("database_connections_awaited", "Those who wait until a connection is free", () =>
  inPools(({ waitingCount }) => waitingCount),
);

/** Opens the pools of a service's own role. */
export function openDatabase(address: DatabaseAddress, onError: (error: Error) => void): Database {
  const settings = {
    connectionString: connectionString(address),
    connectionTimeoutMillis: soonMs,
    idleTimeoutMillis: 60_000,
    // Nothing waits for ever: a statement that would is a fault that shows itself.
    query_timeout: queryMsMax,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: `-c statement_timeout=${statementMsMax} -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s -c timezone=UTC`,
  };
  const pool = new pg.Pool({ ...settings, max: connectionsMax, types });
  const queue = new pg.Pool({ ...settings, max: queueConnectionsMax });
  const relay = new pg.Pool({ ...settings, max: relayConnectionsMax, types });
  const pools = { commands: pool, queue, relay };
  opened.add(pools);
  for (const one of Object.values(pools)) {
    // A connection lost while idle is no fault: the next transaction opens another.
    one.on("error", onError);
    // One lost while at work makes its statement fail, and that is where it is heard.
    one.on("connect", (client) => void client.on("error", () => undefined));
  }
  const listeners: (() => void)[] = [];

  async function attempt<T>(actor: Actor, work: (tx: Transaction) => Promise<T>, until: number): Promise<T> {
    const client = await connectTo(pool);
    const leftMs = Math.ceil(until - Date.now());
    if (leftMs <= 0) {
      client.release();
      throw new TooLate("Nobody waits for this transaction any more");
    }
    let broken: Error | undefined;
    const giveUp = () => {
      broken = new TooLate("Nothing came back from the database within the deadline");
      // Ends the connection at once, and with it the statement that waits on it.
      void client.end().catch(() => undefined);
    };
    const watch = until < Number.POSITIVE_INFINITY ? setTimeout(giveUp, leftMs + graceMs) : undefined;
    try {
      const tx: Transaction = { actor, now: await begin(client, actor, leftMs), client, announced: [], written: 0 };
      const result = await work(tx);
      await writeOutbox(tx);
      // Where a statement's error was swallowed in the work, PostgreSQL answers a commit by rolling back.
      const { command } = await client.query("commit");
      if (command !== "COMMIT")
        throw new Error("The transaction was rolled back: a failed statement went unnoticed in it");
      if (tx.announced.length > 0) for (const listener of listeners) listener();
      return result;
    } catch (error) {
      if (broken) throw broken;
      // On a connection that hangs a rollback would hang as well.
      if (isNoAnswer(error)) broken = error as Error;
      else {
        await client.query("rollback").catch((cause: Error) => {
          broken = cause;
        });
      }
      throw error;
    } finally {
      clearTimeout(watch);
      client.release(broken);
    }
  }

  return {
    async transact(actor, work, until = Number.POSITIVE_INFINITY) {
      return inSpan("transaction", {}, async () => {
        for (let attempts = 1; ; attempts += 1) {
          try {
            return await attempt(actor, work, until);
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
      pool.query(soon({ text: "select 1" })).then(
        () => true,
        () => false,
      ),
    async close() {
      opened.delete(pools);
      await Promise.all([pool.end(), queue.end(), relay.end()]);
    },
    frame: pool,
    relay,
    queue,
  };
}

/**
 * A connection of the pool. A full disk lets nobody new in while those who are in go on reading: then one of theirs is waited
 * for, as long as for any connection.
 */
async function connectTo(pool: pg.Pool): Promise<pg.PoolClient> {
  for (const end = Date.now() + soonMs; ; await pause(10)) {
    try {
      return await pool.connect();
    } catch (error) {
      if (!isDatabaseFull(error) || Date.now() > end) throw error;
    }
  }
}

/** Begins and says who acts and how long a statement may take, in one round trip. @returns the transaction's time */
async function begin(client: pg.PoolClient, actor: Actor, leftMs: number): Promise<Date> {
  const who = [actor.kind, actor.id, actor.libraryId, actor.personId]
    .map((value) => (value === null ? "null" : pg.escapeLiteral(value)))
    .join(", ");
  const within = leftMs < statementMsMax ? `set local statement_timeout = ${leftMs}; ` : "";
  // Several statements in one message answer as a list of results, which the types do not know.
  const text = `begin; ${within}select begin_as(${who}) as now`;
  const results = (await client.query(soon({ text }))) as unknown as pg.QueryResult<{
    now: Date;
  }>[];
  const now = results.at(-1)?.rows[0]?.now;
  if (now === undefined) throw new Error("The database did not say its time when a transaction began");
  return now;
}
