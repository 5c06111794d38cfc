import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { isRefusal, type Refusal } from "@lienthong/rpc/refusal.ts";

/** What staff of a library did to learn of a person: asked for a name, laid down a card, tried a PIN. */
export type Act = "name" | "card" | "pin";

/** Keeps who looked up whom, in the look-up's own transaction: what was told was kept. */
export async function keepLookUp(tx: Transaction, act: Act, personIds: readonly string[], refused?: string) {
  await run(
    tx,
    sql`
    insert into name_lookup (library_id, actor, act, person_ids, refused)
    values (${tx.actor.libraryId}, ${`${tx.actor.kind}:${tx.actor.id}`}, ${act}, ${[...personIds]}::uuid[],
            ${refused ?? null})`,
  );
}

/**
 * The same for a look-up that found one person or was refused.
 * @param meant whom it was about, where that is known although it was refused
 * @returns what it was given
 */
export async function keptLookUp<Found extends { personId: string }>(
  tx: Transaction,
  act: Act,
  found: Found | Refusal,
  meant?: string,
): Promise<Found | Refusal> {
  if (isRefusal(found)) await keepLookUp(tx, act, meant === undefined ? [] : [meant], found.refused.code);
  else await keepLookUp(tx, act, [found.personId]);
  return found;
}
