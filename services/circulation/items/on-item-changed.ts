import { consumer } from "@lienthong/bus/consumer.ts";
import { one, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { ItemChanged } from "@lienthong/proto/catalogue/v1/events.ts";
import { beginAvailability, setAvailability } from "../availability/set.ts";
import { releaseTarget } from "../holds/release.ts";
import { seekCopies } from "../holds/target.ts";

/** Circulation's own copy of what it needs of an item. An older or repeated event changes nothing. */
export const onItemChanged = consumer(ItemChanged, async (tx, item) => {
  const applied = await run(
    tx,
    // The record's own event decides which title it is of; until it is heard, the item's word stands in for it.
    sql`
    with stand_in as (
      insert into record (id, version, title_id) values (${item.recordId}, 0, ${item.titleId || null})
      on conflict (id) do nothing)
    insert into item (id, version, library_id, record_id, barcode, call_number, location, item_type, for_loan, withdrawn,
                      title, author)
    values (${item.id}, ${item.version}, ${item.libraryId}, ${item.recordId}, ${item.barcode}, ${item.callNumber},
            ${item.location}, ${item.itemType}, ${item.forLoan}, ${item.withdrawn}, ${item.title}, ${item.author})
    on conflict (id) do update
      set version = excluded.version, record_id = excluded.record_id, barcode = excluded.barcode,
          call_number = excluded.call_number, location = excluded.location, item_type = excluded.item_type,
          for_loan = excluded.for_loan, withdrawn = excluded.withdrawn, title = excluded.title, author = excluded.author
      where item.version <= excluded.version`,
  );
  if (applied === 0) return;
  // An import brings items by the ten thousand, and nearly all are new: they cost no statement more than they must.
  const state = await beginAvailability(tx, item.id, item.libraryId, resting);
  if (state === "AVAILABLE") await seekCopies(tx, item.recordId);
  if (state === undefined) await rest(tx, item.id);
});

type Rest = { state: string; resting: string; out: boolean; recordId: string };

/** An item at home is what its description says; one that is out stays what it is until it comes home. */
async function rest(tx: Transaction, itemId: string): Promise<void> {
  await one(tx, sql`select item_id from item_state where item_id = ${itemId} for update`);
  const now = await one<Rest>(
    tx,
    sql`
    select item_state.state, ${resting} as resting, at_library_id is not null as out, item.record_id as "recordId"
    from item_state join item on item.id = item_state.item_id
    where item_id = ${itemId}`,
  );
  if (now.out || now.state === now.resting) return;
  await setAvailability(tx, itemId, { state: "AT_REST" });
  if (now.resting === "AVAILABLE") await seekCopies(tx, now.recordId);
  else await releaseTarget(tx, itemId);
}

const resting = sql`case when item.withdrawn then 'WITHDRAWN' when item.for_loan then 'AVAILABLE' else 'NOT_FOR_LOAN' end`;
