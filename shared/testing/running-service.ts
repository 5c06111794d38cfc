import { randomUUID } from "node:crypto";
import type { Permission } from "@lienthong/auth/permission.ts";
import { serviceActor } from "@lienthong/auth/actor.ts";
import { tokenVerifier } from "@lienthong/auth/verify.ts";
import { applyEvents } from "@lienthong/bus/apply.ts";
import { type EventState, type EventType, subjectOf } from "@lienthong/bus/event.ts";
import { type Database, openDatabase } from "@lienthong/database/database.ts";
import type { Job } from "@lienthong/jobs/job.ts";
import { startWorker } from "@lienthong/jobs/worker.ts";
import { clientOf, openChannel } from "@lienthong/rpc/client.ts";
import { type Callable, callable } from "@lienthong/rpc/callable.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { serve } from "@lienthong/rpc/server.ts";
import { reach } from "@lienthong/service/clients.ts";
import type { Service } from "@lienthong/service/service.ts";
import { openLog } from "@lienthong/telemetry/log.ts";
import { aRealm, type Realm, type Someone } from "./realm.ts";
import { testDatabase } from "./test-database.ts";

export type RunningService<Name extends Callable> = {
  database: Database;
  realm: Realm;
  address: string;
  /** The service's calls in somebody's name; a command gets a fresh request id unless the test gives one. */
  as(someone: Someone, libraryId?: string): Promise<Clients[Name]>;
  /** Lets the service hear events, as if they had come over the bus; `again` brings the very same event once more. */
  hears<Event extends EventState>(type: EventType<Event>, event: Event, id?: string): Promise<void>;
  /** The events announced so far, oldest first. */
  announced(): Promise<{ type: string; aggregate: string; version: bigint; event: unknown }[]>;
  /** Starts working on the service's jobs. @returns how to stop that */
  works(): Promise<() => Promise<void>>;
  /** One run of a job that goes by the clock, now. */
  runs(job: Job<undefined>): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Runs a service for a test: its real doors, token verification, database and consumers. Without a bus: what it hears is
 * handed to the frame's own application of events, and what it announces is read from the outbox.
 * @param name the service's name among those that can be called
 * @param options `others`: addresses of running services it may call
 */
export async function runService<Name extends Callable>(
  name: Name,
  declared: Service,
  folder: string,
  permissions: Record<string, Permission | readonly Permission[]>,
  options: { realm?: Realm; others?: Partial<Record<Callable, string>> } = {},
): Promise<RunningService<Name>> {
  const made = await testDatabase(declared.name, folder);
  const log = openLog(declared.name, process.env.LOG_LEVEL ?? "silent");
  const database = openDatabase(made.app, (error) => log.warn({ err: error }, "idle connection lost"));
  const realm = options.realm ?? (await aRealm());
  const reached = reach(declared, (name) => options.others?.[name] ?? "127.0.0.1:1");
  const doors = { database, verify: tokenVerifier(realm.url), log, clientsFor: reached.clientsFor };
  const server = await serve(declared.definition, declared.answers, permissions, doors, { host: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${server.port}`;
  const channel = openChannel(address);
  return {
    database,
    realm,
    address,
    async as(someone, libraryId) {
      const token = await realm.token(someone);
      return withRequestIds(clientOf(channel, callable[name], { token, libraryId }));
    },
    async hears(type, event, id = randomUUID()) {
      const headers = { "ce-type": type.$type, "ce-id": id, "ce-subject": event.id, version: String(event.version) };
      const envelope = {
        id,
        subject: subjectOf(type),
        aggregate: event.id,
        version: event.version,
        headers,
        payload: type.encode(event).finish(),
      };
      await applyEvents(database, declared.name, declared.consumes, [envelope], log);
    },
    async announced() {
      type Row = { subject: string; aggregate: string; version: bigint; payload: Buffer };
      const { rows } = await database.frame.query<Row>(
        "select subject, aggregate, version, payload from outbox order by pos",
      );
      return rows.map((row) => {
        const type = declared.publishes.find((event) => subjectOf(event) === row.subject);
        return {
          type: type?.$type.split(".").at(-1) ?? row.subject,
          aggregate: row.aggregate,
          version: row.version,
          event: type?.decode(row.payload),
        };
      });
    },
    async works() {
      const worker = await startWorker(declared.name, declared.jobs, database, log);
      return () => worker.stop();
    },
    runs: (job) =>
      job.run({
        payload: undefined,
        id: randomUUID(),
        log,
        stopping: new AbortController().signal,
        as: (step) => database.transact(serviceActor(declared.name), step),
      }),
    async stop() {
      await server.stop();
      channel.close();
      reached.close();
      if (!options.realm) realm.close();
      await database.close();
      await made.drop();
    },
  };
}

/** The actor of a service's own work, for a test that looks into its rows. */
export const asService = (declared: Service) => serviceActor(declared.name);

function withRequestIds(client: object): never {
  return new Proxy(client, {
    get: (target, called) => {
      const call = Reflect.get(target, called) as ((ask: unknown, context?: object) => unknown) | undefined;
      return call && ((ask: unknown, context?: object) => call(ask, { requestId: randomUUID(), ...context }));
    },
  }) as never;
}
