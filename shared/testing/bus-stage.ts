import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { serviceActor } from "@lienthong/auth/actor.ts";
import { announce } from "@lienthong/bus/announce.ts";
import type { Bus } from "@lienthong/bus/connection.ts";
import { type Consumer, consumer, projection } from "@lienthong/bus/consumer.ts";
import { subjectOf } from "@lienthong/bus/event.ts";
import { type Hearing, startHearing } from "@lienthong/bus/hear.ts";
import { type KeptStream, keepStream } from "@lienthong/bus/keep-stream.ts";
import { publishedAs } from "@lienthong/bus/publish.ts";
import { type Relay, startRelay } from "@lienthong/bus/relay.ts";
import type { Patience } from "@lienthong/bus/take.ts";
import { connectionString } from "@lienthong/database/address.ts";
import { type Database, openDatabase } from "@lienthong/database/database.ts";
import { all, optional, run, sql } from "@lienthong/database/transaction.ts";
import { LoanChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { LoanState } from "@lienthong/proto/circulation/v1/states.ts";
import { openLog } from "@lienthong/telemetry/log.ts";
import { headers } from "@nats-io/transport-node";
import pg from "pg";
import { aNatsServer, type NatsServer } from "./nats-server.ts";
import { testDatabase } from "./test-database.ts";
import { until } from "./until.ts";

export const log = openLog("frame", process.env.LOG_LEVEL ?? "silent");

/** How often something is played: a little beside every change, the whole count by `npm run faults`. */
export const counts = (small: number, full: number): number => (process.env.FAULT_COUNTS === "full" ? full : small);

/** An owner that announces loans, and a hearer that keeps their states and counts an effect for each event. */
export type BusStage = {
  nats: NatsServer;
  owner: { database: Database; bus: Bus; stream: KeptStream };
  hearer: { database: Database; bus: Bus };
  /** Changes loans as a command would: rows, versions and events in one transaction. Without ids a new one. */
  renew(ids?: readonly string[]): Promise<LoanChanged[]>;
  /** Lets the hearer hear, with its own consumers or with these; whatever it heard with before has ended. */
  hear(consumers?: readonly Consumer[], patience?: Patience): Promise<void>;
  deaf(): Promise<void>;
  /** Lets the owner publish, or keeps it from it. */
  publishes(): void;
  silent(): Promise<void>;
  /** Brings an event to the bus by hand, past the owner's outbox: late, old, forged or broken. */
  bring(event: LoanChanged, as?: { id?: string; at?: Date; payload?: Uint8Array }): Promise<void>;
  /** What the hearer knows of a loan. */
  stateOf(id: string): Promise<{ version: bigint; value: number } | undefined>;
  /** How many different events have had their effect. */
  heard(): Promise<number>;
  /** Settles when nothing waits in the outbox. */
  published(withinMs?: number): Promise<void>;
  /**
   * Settles when every event has been heard, and judges: states as the owner has them, each effect once, no event without
   * its row in the archive and none missing on the bus.
   */
  agrees(withinMs?: number): Promise<void>;
  /** Runs a statement in a database as the role that owns it. */
  asOwner(statement: string, of?: "owner" | "hearer"): Promise<void>;
  close(): Promise<void>;
};

/** The state of a loan is kept in the counters' table: value is the number of renewals that the loan says. */
export const loanStates = projection(LoanChanged, async (tx, loans) => {
  await run(
    tx,
    sql`
    insert into counter (id, version, library_id, value)
    select * from unnest(${loans.map(({ id }) => id)}::uuid[], ${loans.map(({ version }) => version)}::bigint[],
      ${loans.map(({ libraryId }) => libraryId)}::text[], ${loans.map(({ renewals }) => renewals)}::integer[])
    on conflict (id) do update set version = excluded.version, value = excluded.value
    where counter.version <= excluded.version`,
  );
});

/** An effect of an event: a row of its own that counts how often it happened. */
export const loanEffects = consumer(LoanChanged, async (tx, _loan, envelope) => {
  await run(
    tx,
    sql`
    insert into counter (id, library_id, value) values (${envelope.id}, 'effect', 1)
    on conflict (id) do update set value = counter.value + 1`,
  );
});

export const loanOf = (id: string, version: bigint, renewals: number): LoanChanged => ({
  id,
  version,
  libraryId: "VN-000001P",
  patronCategory: "ADULT",
  state: LoanState.OPEN,
  dueAt: new Date("2026-12-01T16:59:59Z"),
  renewals,
});

/** @param bytesMax how much the owner's stream may hold */
export async function aBusStage(bytesMax = 2 ** 30): Promise<BusStage> {
  const nats = await aNatsServer();
  const folder = join(import.meta.dirname, "frame");
  const made = await Promise.all(["owner", "hearer"].map(() => testDatabase("frame", folder)));
  const [first, second] = made.map((database) => openDatabase(database.app, () => {})) as [Database, Database];
  const bus = await nats.connect("circulation");
  const owner = { database: first, bus, stream: await keepStream(first, bus, bytesMax, log) };
  // The comparison of the start is over before anybody tests.
  await owner.stream.attend();
  const hearer = { database: second, bus: await nats.connect("catalogue") };
  let relay: Relay | undefined;
  let hearing: Hearing | undefined;

  const stage: BusStage = {
    nats,
    owner,
    hearer,
    renew(ids = [randomUUID()]) {
      return first.transact(serviceActor("circulation"), async (tx) => {
        const rows = await all<{ id: string; version: bigint; value: number }>(
          tx,
          sql`
          insert into counter (id, library_id, value) select id, 'VN-000001P', 1 from unnest(${ids}::uuid[]) id
          on conflict (id) do update set version = next_version(counter.version), value = counter.value + 1
          returning id, version, value`,
        );
        const loans = rows.map((row) => loanOf(row.id, row.version, row.value));
        announce(tx, LoanChanged, ...loans);
        return loans;
      });
    },
    async hear(consumers = [loanStates, loanEffects], patience) {
      await stage.deaf();
      hearing = startHearing(second, hearer.bus, consumers, log, patience);
    },
    async deaf() {
      await hearing?.stop();
      hearing = undefined;
    },
    publishes() {
      relay ??= startRelay(first, bus, log, owner.stream.attend);
    },
    async silent() {
      await relay?.stop();
      relay = undefined;
    },
    async bring(event, as = {}) {
      const envelope = headers();
      const attributes = {
        "ce-id": as.id ?? randomUUID(),
        "ce-type": LoanChanged.$type,
        "ce-subject": event.id,
        "ce-time": (as.at ?? new Date()).toISOString(),
        version: String(event.version),
      };
      for (const [name, value] of Object.entries(attributes)) envelope.set(name, value);
      const payload = as.payload ?? LoanChanged.encode(event).finish();
      await bus.publish.publish(subjectOf(LoanChanged), payload, { headers: envelope });
    },
    stateOf: (id) =>
      second.transact(serviceActor("catalogue"), (tx) =>
        optional(tx, sql`select version, value from counter where id = ${id}`),
      ),
    heard: () => seen(second, effects).then(({ count }) => count),
    async published(withinMs) {
      const waiting = () => first.frame.query("select from outbox limit 1").then(({ rowCount }) => rowCount);
      await until(waiting, (rows) => rows === 0, withinMs);
    },
    async agrees(withinMs = 30_000) {
      // What was published lies on the bus, also where that was wiped and every hearer knew it before.
      await until(
        () => notOnBus(first, hearer.bus).catch(() => undefined),
        (lacking) => lacking === 0,
        withinMs,
      );
      await stage.published(withinMs);
      await until(
        () => differences(first, second),
        (found) => found.waiting === 0 && found.differing === 0 && found.notHeard === 0,
        withinMs,
      );
      assert.deepEqual(await differences(first, second), {
        waiting: 0,
        differing: 0,
        notHeard: 0,
        effectsTwice: 0,
        holes: 0,
      });
    },
    async asOwner(statement, of = "owner") {
      const client = new pg.Client({ connectionString: connectionString(made[of === "owner" ? 0 : 1]!.owner) });
      await client.connect();
      await client.query(statement).finally(() => client.end());
    },
    async close() {
      await stage.deaf();
      await stage.silent();
      for (const { bus, database } of [owner, hearer]) {
        await bus.connection.close();
        await database.close();
      }
      await nats.close();
      for (const database of made) await database.drop();
    },
  };
  stage.publishes();
  return stage;
}

/** Compares owner and hearer by counts and hashes of what each has; a difference is 1 at least. */
async function differences(owner: Database, hearer: Database) {
  const states = `select count(*)::integer as count, coalesce(bit_xor(hashtextextended(concat(id, ' ', version, ' ', value), 0)), 0) as hash
    from counter where library_id = 'VN-000001P'`;
  const [told, heard] = await Promise.all([seen(owner, states), seen(hearer, states)]);
  const [archived, waiting, done] = await Promise.all([
    seen(owner, "select count(*)::integer as count, 0::bigint as hash from outbox_archive"),
    seen(owner, "select count(*)::integer as count, 0::bigint as hash from outbox"),
    seen(hearer, effects),
  ]);
  const { rows } = await hearer.frame.query<{ holes: number }>(`
    select count(*)::integer as holes from (
      select from inbox group by aggregate, version >> 40
      having max(version) - min(version) + 1 <> count(distinct version)) hole`);
  return {
    waiting: waiting.count,
    differing: Math.abs(told.count - heard.count) + (told.hash === heard.hash ? 0 : 1),
    notHeard: archived.count + waiting.count - done.count,
    effectsTwice: Number(done.hash) - done.count,
    holes: rows[0]?.holes ?? 0,
  };
}

const effects = `select count(*)::integer as count, coalesce(sum(value), 0)::bigint as hash from counter
  where library_id = 'effect'`;

/** How many events of the archive the owner's stream lacks. */
async function notOnBus(owner: Database, bus: Bus): Promise<number> {
  const { state } = await bus.manage.streams.info("CIRCULATION");
  const { rows } = await owner.frame.query<{ id: string }>("select id from outbox_archive");
  const lacking = new Set(rows.map(({ id }) => id));
  if (state.messages === 0) return lacking.size;
  // Not by the owner's consumer: that would break off the comparison that is waited for.
  const reader = await bus.publish.consumers.get("CIRCULATION", { headers_only: true });
  for await (const message of await reader.fetch({ max_messages: state.messages, expires: 5_000 })) {
    lacking.delete(publishedAs(message.headers));
    if (message.info.pending === 0) break;
  }
  return lacking.size;
}

/** As the service itself, for which row-level security hides nothing. */
const seen = (database: Database, statement: string) =>
  database.transact(serviceActor("frame"), async ({ client }) => {
    const { rows } = await client.query<{ count: number; hash: bigint }>(statement);
    return rows[0]!;
  });
