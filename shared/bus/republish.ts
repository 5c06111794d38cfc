import { serviceActor } from "@lienthong/auth/actor.ts";
import type { Database } from "@lienthong/database/database.ts";
import type { Transaction } from "@lienthong/database/transaction.ts";
import { announceAgain } from "./announce.ts";
import type { EventState, EventType } from "./event.ts";

/** Which aggregates to tell again: all, those changed since a time, those of one library. */
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
 * @returns how many pages were told
 * @throws the reason of `stopping`, so that what is left is not taken for done
 */
export async function republish(
  database: Database,
  service: string,
  retellings: readonly Retelling[],
  extent: Extent = {},
  stopping?: AbortSignal,
): Promise<number> {
  let pages = 0;
  for (const retold of retellings) {
    let after: string | undefined = "";
    while (after !== undefined) {
      stopping?.throwIfAborted();
      const from: string = after;
      after = await database.transact(serviceActor(service), (tx) => retold.page(tx, extent, from));
      pages += 1;
    }
  }
  return pages;
}
