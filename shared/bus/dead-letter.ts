import { serviceActor } from "@lienthong/auth/actor.ts";
import type { Database } from "@lienthong/database/database.ts";
import { all, run, sql } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { applyEvents } from "./apply.ts";
import type { Consumer } from "./consumer.ts";

export type DeadLetter = {
  id: string;
  eventId: string | null;
  subject: string;
  error: string;
  at: Date;
  /** It may have had its effect so long ago that the inbox has forgotten it. */
  tooOld: boolean;
};

const beforeAll = "00000000-0000-0000-0000-000000000000";

/**
 * The events set aside and not yet replayed, oldest first, at most 200.
 * @param after the id of the last one seen, for the next 200
 */
export async function deadLetters(database: Database, service: string, after = beforeAll): Promise<DeadLetter[]> {
  return database.transact(serviceActor(service), (tx) =>
    all<DeadLetter>(
      tx,
      sql`
      select id, event_id as "eventId", subject, error, at, too_old as "tooOld" from dead_letter
      where replayed_at is null and id > ${after} order by id limit 200`,
    ),
  );
}

/** Applies an event that was set aside, once its cause is mended. @throws what applying it throws */
export async function replay(
  database: Database,
  service: string,
  consumers: readonly Consumer[],
  id: string,
  log: Log,
) {
  type Row = { eventId: string; subject: string; headers: Record<string, string>; payload: Buffer };
  const [letter] = await database.transact(serviceActor(service), (tx) =>
    all<Row>(
      tx,
      sql`
      select event_id as "eventId", subject, headers, payload from dead_letter where id = ${id} and replayed_at is null`,
    ),
  );
  if (!letter) return;
  const { headers, payload, subject } = letter;
  const event = {
    id: letter.eventId,
    subject,
    headers,
    payload,
    aggregate: headers["ce-subject"] ?? "",
    version: BigInt(headers.version ?? 0),
  };
  // Somebody has decided that it is to be applied, however old it is.
  await applyEvents(database, service, consumers, [event], log, true);
  await database.transact(serviceActor(service), (tx) =>
    run(tx, sql`update dead_letter set replayed_at = now() where id = ${id}`),
  );
}
