import { join } from "node:path";
import { serviceActor } from "@lienthong/auth/actor.ts";
import type { Permission } from "@lienthong/auth/permission.ts";
import { tokenVerifier } from "@lienthong/auth/verify.ts";
import { type Bus, connectBus } from "@lienthong/bus/connection.ts";
import { startHearing } from "@lienthong/bus/hear.ts";
import { type KeptStream, keepStream } from "@lienthong/bus/keep-stream.ts";
import { startRelay } from "@lienthong/bus/relay.ts";
import { watchEvents } from "@lienthong/bus/watch.ts";
import { armFault } from "@lienthong/config/fault-point.ts";
import { readSettings } from "@lienthong/config/settings.ts";
import { type Database, openDatabase } from "@lienthong/database/database.ts";
import { migrate } from "@lienthong/database/migrate.ts";
import { run, sql } from "@lienthong/database/transaction.ts";
import { type Check, serveHealth } from "@lienthong/http/health.ts";
import { migrateJobs, startWorker } from "@lienthong/jobs/worker.ts";
import type { CallContext } from "@lienthong/rpc/client.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { serve } from "@lienthong/rpc/server.ts";
import { type Log, openLog } from "@lienthong/telemetry/log.ts";
import { startTracing } from "@lienthong/telemetry/trace.ts";
import type { z } from "zod";
import { reach } from "./clients.ts";
import { operations } from "./operations.ts";
import type { Service } from "./service.ts";
import { frameSettings } from "./settings.ts";
import { upkeep } from "./upkeep.ts";

/** What a service that has a public door of its own (portal, gateway) works with. */
export type Parts = {
  log: Log;
  database: Database;
  bus: Bus | undefined;
  clientsFor(context: CallContext): Clients;
  checks: readonly Check[];
};

type Start = {
  /** The folder of the service: its migrations lie below it. */
  folder: string;
  permissions?: Record<string, Permission | readonly Permission[]>;
  settings?: Record<string, z.ZodType>;
  /** Parts that only this service needs, for its readiness. */
  checks?: readonly Check[];
  /** Work of its own once everything runs: an index to prepare, a public door to open. @returns how to end it */
  opens?(parts: Parts): Promise<() => Promise<void>>;
};

/**
 * Starts a service: settings, migrations, database, bus, calls, jobs, doors; and ends all of it at SIGTERM or SIGINT, in
 * reverse. What is missing at the start is waited for; a wrong setting ends the process with its name.
 */
export async function start(declared: Service, options: Start): Promise<void> {
  const settings = readSettings({ ...frameSettings, ...options.settings }) as ReturnType<
    typeof readSettings<typeof frameSettings>
  >;
  armFault(settings);
  const log = openLog(declared.name, settings.LOG_LEVEL);
  checkDeclaration(declared, options.permissions ?? {});
  const ends: (() => Promise<void>)[] = [startTracing(declared.name, settings.TRACES)];

  const owner = { url: settings.DATABASE_OWNER_URL, password: settings.DATABASE_OWNER_PASSWORD_FILE };
  const appRole = new URL(settings.DATABASE_URL).username;
  await migrate(owner, appRole, join(options.folder, "migrations"));
  await migrateJobs(owner, appRole);
  const address = { url: settings.DATABASE_URL, password: settings.DATABASE_PASSWORD_FILE };
  const database = openDatabase(address, (error) =>
    log.warn({ err: error }, "an idle connection to the database was lost"),
  );
  ends.push(() => database.close());

  const bus = usesBus(declared)
    ? await connectBus({ url: settings.NATS_URL, user: settings.NATS_USER, password: settings.NATS_PASSWORD_FILE })
    : undefined;
  let stream: KeptStream | undefined;
  if (bus) {
    ends.push(() => bus.connection.drain());
    // The clock may not have turned the archive for days: the partition of today must be there before anything is published.
    await database.transact(serviceActor(declared.name), (tx) => run(tx, sql`select turn_outbox_archive()`));
    stream = await openBus(declared, database, bus, settings.STREAM_BYTES, log, ends);
  }

  const reached = reach(declared, (name) => settings[`${name.toUpperCase()}_ADDRESS` as "IDENTITY_ADDRESS"]);
  ends.push(async () => reached.close());
  const verify = tokenVerifier(`${settings.KEYCLOAK_URL}/realms/${settings.KEYCLOAK_REALM}`);
  const doors = { database, verify, log, clientsFor: reached.clientsFor };

  const worker = await startWorker(
    declared.name,
    [...declared.jobs, ...operations(declared, database), ...upkeep(stream, declared.consumes.length > 0)],
    database,
    log,
  );
  ends.push(() => worker.stop());
  const checks: Check[] = [
    { part: "database", ready: () => database.ready() },
    ...(bus
      ? [{ part: "bus", ready: async () => !bus.connection.isClosed() && (await bus.connection.rtt()) >= 0 }]
      : []),
    ...(options.checks ?? []),
  ];
  if (Object.keys(declared.definition).length > 0) {
    const at = { host: settings.HOST, port: settings.GRPC_PORT };
    const server = await serve(declared.definition, declared.answers, options.permissions ?? {}, doors, at);
    ends.push(() => server.stop());
  }
  if (options.opens) ends.push(await options.opens({ log, database, bus, clientsFor: reached.clientsFor, checks }));
  const health = await serveHealth(settings.HTTP_PORT, settings.HOST, checks);
  ends.push(() => health.close());
  log.info({ grpc: settings.GRPC_PORT, http: settings.HTTP_PORT }, "started");
  endAtSignal(ends, log);
}

const usesBus = (declared: Service) => declared.publishes.length > 0 || declared.consumes.length > 0;

/** Opens what a service says and hears on the bus. @returns its stream, if it has events of its own */
async function openBus(
  declared: Service,
  database: Database,
  bus: Bus,
  bytesMax: number,
  log: Log,
  ends: (() => Promise<void>)[],
): Promise<KeptStream | undefined> {
  const stream = declared.publishes.length > 0 ? await keepStream(database, bus, bytesMax, log) : undefined;
  const relay = startRelay(database, bus, log, stream?.attend);
  const hearing = startHearing(database, bus, declared.consumes, log);
  const watch = watchEvents(database, log);
  ends.push(
    () => watch.stop(),
    () => relay.stop(),
    () => hearing.stop(),
  );
  return stream;
}

/** What a service says of itself must agree: public calls are those that anybody may make, and no others. */
function checkDeclaration(declared: Service, permissions: Record<string, Permission | readonly Permission[]>): void {
  const open = Object.entries(permissions).filter(([, cell]) =>
    [cell].flat().some((one) => (one as Permission).to === "anyone"),
  );
  const named = [...declared.public].sort().join(", ");
  const allowed = open
    .map(([call]) => call)
    .sort()
    .join(", ");
  if (named !== allowed)
    throw new Error(`${declared.name}: service.ts makes public [${named}], permissions.ts [${allowed}]`);
}

function endAtSignal(ends: (() => Promise<void>)[], log: Log): void {
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    // What hangs must not keep the others from ending; the database undoes what was not committed.
    const force = setTimeout(() => process.exit(1), 15_000);
    for (const one of ends.reverse()) await one().catch((error) => log.warn({ err: error }, "a part did not end well"));
    clearTimeout(force);
    process.exit(0);
  };
  process.on("SIGTERM", () => void end());
  process.on("SIGINT", () => void end());
}
