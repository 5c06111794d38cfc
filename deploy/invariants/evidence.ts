import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import type { Bus } from "@lienthong/bus/connection.ts";
import { connectionString, type DatabaseAddress } from "@lienthong/database/address.ts";
import pg from "pg";

/** Where a platform's parts answer those who only read. */
export type Where = {
  /** Each service's own database by the service's name, as a role that sees every row. */
  databases: Readonly<Record<string, DatabaseAddress>>;
  /** The bus, as a user who may look into every stream. */
  bus: { url: string; user: string; password: string };
  /** The search server, and the name under which titles are searched. */
  search?: { url: string; index: string };
  /** Where the platform leaves words of its own: log and trace files or folders of them, and pages of figures. */
  traces?: { files: readonly string[]; pages: readonly string[] };
};

/** What an invariant is judged by. Every statement is a transaction of its own: none keeps a live database from cleaning up. */
export type Evidence = {
  readonly where: Where;
  readonly services: readonly string[];
  /** How long work may be under way, in milliseconds: what is younger is not judged. */
  readonly boundMs: number;
  /** Values that stand for readers' own words, which only identity may hold. */
  readonly canaries: readonly string[];
  /** The rows of one statement in a service's database; bigint as BigInt. */
  rows<Row extends pg.QueryResultRow>(service: string, text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Does something in turn with whoever else checks the same platform. */
  alone<Result>(work: () => Promise<Result>): Promise<Result>;
  bus(): Promise<Bus>;
};

/** Which of the services that are needed were not named, in words; undefined when all were. */
export function lacking(services: readonly string[], needed: readonly string[]): string | undefined {
  const missing = needed.filter((name) => !services.includes(name));
  return missing.length === 0 ? undefined : `the database of ${missing.join(" and ")} was not named`;
}

/** A part could not be read, so nothing is known of what it holds. */
export class Unreadable extends Error {}

/** Unlike a service, which waits for its bus however long, a checker says that it is away. */
async function connectToRead({ url, user, password }: Where["bus"]): Promise<Bus> {
  const connection = await connect({
    servers: url,
    user,
    pass: password,
    name: user,
    inboxPrefix: `_INBOX_${user}`,
    timeout: 5_000,
    maxReconnectAttempts: 5,
  });
  return {
    connection,
    publish: jetstream(connection, { timeout: 10_000 }),
    manage: await jetstreamManager(connection, { checkAPI: false, timeout: 10_000 }),
    service: user,
  };
}

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, BigInt);

// A page of any check takes seconds at most; one that takes longer would hold back the cleaning of a live database.
const readingOnly =
  "-c default_transaction_read_only=on -c statement_timeout=120s -c lock_timeout=5s -c timezone=UTC -c jit=off";

/** Opens what is needed when it is first asked for. The caller closes it. */
export function openEvidence(
  where: Where,
  options: { boundMs: number; canaries: readonly string[] },
): Evidence & { close(): Promise<void> } {
  const clients = new Map<string, Promise<pg.Client>>();
  let bus: Promise<Bus> | undefined;

  async function connect(service: string): Promise<pg.Client> {
    const address = where.databases[service];
    if (!address) throw new Unreadable(`Nobody said where the database of ${service} is`);
    const client = new pg.Client({
      connectionString: connectionString(address),
      connectionTimeoutMillis: 10_000,
      options: readingOnly,
      types,
    });
    // A connection that breaks makes the statement on it fail, and that is where it is heard.
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }
  const clientOf = (service: string) => {
    const known = clients.get(service) ?? connect(service);
    clients.set(service, known);
    return known;
  };
  const unreadable = (part: string) => (cause: unknown) => {
    throw new Unreadable(`${part} could not be read: ${(cause as Error).message || String(cause)}`, { cause });
  };

  const evidence: Evidence = {
    where,
    services: Object.keys(where.databases),
    ...options,
    async rows<Row extends pg.QueryResultRow>(service: string, text: string, values: readonly unknown[] = []) {
      const client = await clientOf(service).catch(unreadable(`The database of ${service}`));
      const { rows } = await client.query<Row>(text, [...values]).catch(unreadable(`The database of ${service}`));
      return rows;
    },
    async alone(work) {
      const [first = ""] = evidence.services;
      await evidence.rows(first, "select pg_advisory_lock(hashtext('invariants'))");
      try {
        return await work();
      } finally {
        await evidence.rows(first, "select pg_advisory_unlock(hashtext('invariants'))").catch(() => undefined);
      }
    },
    bus() {
      bus ??= connectToRead(where.bus);
      return bus.catch(unreadable("The bus"));
    },
  };
  return {
    ...evidence,
    async close() {
      await bus?.then((connected) => connected.connection.close()).catch(() => undefined);
      await Promise.all(
        [...clients.values()].map((client) => client.then((open) => open.end()).catch(() => undefined)),
      );
    },
  };
}
