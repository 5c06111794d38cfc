import { serviceActor } from "@lienthong/auth/actor.ts";
import type { Database } from "@lienthong/database/database.ts";
import { optional, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { announceAgain } from "./announce.ts";
import type { EventState, EventType } from "./event.ts";

/** Which aggregates to tell again: all, or those of one library. */
export type Extent = { libraryId?: string | undefined };

/** How a service tells the current state of one kind of aggregate again. */
export type Retelling = {
  readonly type: EventType<never>;
  /** One keyset page in its own transaction. @returns the last id told, undefined when there is no more */
  page(tx: Transaction, extent: Extent, after: string): Promise<string | undefined>;
};

// Small transactions: a kill costs one page, and commands pass in between.
const pageRows = 200;

/**
 * Declares how an event's aggregates are told again.
 * @param read up to `limit` states with an id after `after`, in the order of their ids as text
 */
export function retelling<Event extends EventState>(
  type: EventType<Event>,
  read: (tx: Transaction, extent: Extent, after: string, limit: number) => Promise<Event[]>,
): Retelling {
  return {
    type: type as unknown as EventType<never>,
    async page(tx, extent, after) {
      const events = await read(tx, extent, after, pageRows);
      for (const event of events) announceAgain(tx, type, event);
      return events.at(-1)?.id;
    },
  };
}

/**
 * Tells states again through the outbox, page by page.
 * @param stopping ends it between two pages
 * @param name names what may be taken up again after a kill: the same name goes on where it was left
 * @returns how many pages were told
 * @throws the reason of `stopping`, so that what is left is not taken for done
 */
export async function republish(
  database: Database,
  service: string,
  retellings: readonly Retelling[],
  extent: Extent = {},
  stopping?: AbortSignal,
  name?: string,
): Promise<number> {
  const as = <T>(step: (tx: Transaction) => Promise<T>) => database.transact(serviceActor(service), step);
  const left = name === undefined ? undefined : await as((tx) => progressOf(tx, name));
  const from = retellings.findIndex(({ type }) => type.$type === left?.type);
  let pages = 0;
  for (const retold of retellings.slice(Math.max(0, from))) {
    let after: string | undefined = retold.type.$type === left?.type ? left.after : "";
    while (after !== undefined) {
      stopping?.throwIfAborted();
      const begin: string = after;
      after = await as(async (tx) => {
        const told = await retold.page(tx, extent, begin);
        // With the page's own events: it is either told and passed, or neither.
        if (name !== undefined && told !== undefined) await noteProgress(tx, name, retold.type.$type, told);
        return told;
      });
      pages += 1;
    }
  }
  if (name !== undefined) await as((tx) => forgetProgress(tx, name));
  return pages;
}

const progressOf = (tx: Transaction, name: string) =>
  optional<{ type: string; after: string }>(
    tx,
    sql`select event_type as type, after from republish_progress where run = ${name}`,
  );

const noteProgress = (tx: Transaction, name: string, type: string, after: string) =>
  run(
    tx,
    sql`
    insert into republish_progress (run, event_type, after) values (${name}, ${type}, ${after})
    on conflict (run) do update set event_type = excluded.event_type, after = excluded.after, at = now()`,
  );

const forgetProgress = (tx: Transaction, name: string) =>
  run(tx, sql`delete from republish_progress where run = ${name} or at < now() - interval '30 days'`);
