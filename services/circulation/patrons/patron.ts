import { acrossLibraries } from "@lienthong/database/across-libraries.ts";
import { one, optional, run, sql, type Transaction } from "@lienthong/database/transaction.ts";

/** Whose card was shown, as identity answered. */
export type CardHolder = { cardId: string; personId: string; libraryId: string; category: string; loa: number };

// A reader who keeps a book so long gets no other one, at any library, until it is back.
const longOverdue = sql`interval '60 days'`;

/**
 * Locks the card's row, so that one patron's loans are counted by one desk at a time. The card may be of any library:
 * readers borrow wherever the platform reaches, and the caller acts across libraries.
 */
export async function lockPatron(tx: Transaction, holder: CardHolder): Promise<void> {
  const lock = () => optional(tx, sql`select id from patron where id = ${holder.cardId} for update`);
  if (await lock()) return;
  // Identity's answer may be ahead of its event, for instance when the card was made a moment ago at the same desk.
  await run(
    tx,
    sql`
    insert into patron (id, version, library_id, person_id, category, state, loa)
    values (${holder.cardId}, 0, ${holder.libraryId}, ${holder.personId}, ${holder.category}, 'ACTIVE', ${holder.loa})
    on conflict (id) do nothing`,
  );
  if (!(await lock())) throw new Error(`Card ${holder.cardId} was made known a moment ago and is gone`);
}

/** What a person may by the card that serves best at a library: its own first, then any other that is in force. */
export async function standingOf(
  tx: Transaction,
  personId: string,
  libraryId: string,
): Promise<{ libraryId: string; category: string; blocked: boolean } | undefined> {
  return acrossLibraries(tx, () =>
    optional(
      tx,
      sql`
      select library_id as "libraryId", category, state <> 'ACTIVE' or ${hasLongOverdue(personId)} as blocked
      from patron where person_id = ${personId}
      order by state = 'ACTIVE' desc, library_id = ${libraryId} desc, id limit 1`,
    ),
  );
}

/** Whether the card by which a loan was made, or a book kept far too long, bars a patron from more. */
export async function isBlocked(tx: Transaction, cardId: string | null, personId: string | null): Promise<boolean> {
  const { blocked } = await acrossLibraries(tx, () =>
    one<{ blocked: boolean }>(
      tx,
      sql`
      select ${hasLongOverdue(personId)}
             or exists (select from patron where id = ${cardId} and state <> 'ACTIVE') as blocked`,
    ),
  );
  return blocked;
}

/** Whether a person keeps a book far too long, wherever it was lent. */
export const hasLongOverdue = (personId: string | null) => sql`exists (
  select from loan where person_id = ${personId} and returned_at is null and due_at < now() - ${longOverdue})`;
