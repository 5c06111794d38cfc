import { consumer } from "@lienthong/bus/consumer.ts";
import { one, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { ItemChanged } from "@lienthong/proto/catalogue/v1/events.ts";
import { setAvailability, tellAvailability } from "../availability/set.ts";
import { releaseTarget } from "../holds/release.ts";
import { seekCopies } from "../holds/target.ts";

/** Circulation's own copy of what it needs of an item. An older or repeated event changes nothing. */
export const onItemChanged = consumer(ItemChanged, async (tx, item) => {
  const applied = await run(
    tx,
    sql`
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
  // The record's own event decides; until it is heard, the item's word stands in for it.
  await run(
    tx,
    sql`
    insert into record (id, version, title_id) values (${item.recordId}, 0, ${item.titleId || null})
    on conflict (id) do nothing`,
  );
  await rest(tx, item.id, item.libraryId);
});

type Rest = { state: string; resting: string; out: boolean; recordId: string };

/** An item at home is what its description says; one that is out stays what it is until it comes home. */
async function rest(tx: Transaction, itemId: string, libraryId: string): Promise<void> {
  const isNew = await run(
    tx,
    sql`
    insert into item_state (item_id, library_id, state)
    select id, ${libraryId}, ${resting} from item where id = ${itemId}
    on conflict (item_id) do nothing`,
  );
  if (isNew > 0) await tellAvailability(tx, itemId);
  await one(tx, sql`select item_id from item_state where item_id = ${itemId} for update`);
  const now = await one<Rest>(
    tx,
    sql`
    select item_state.state, ${resting} as resting, at_library_id is not null as out, item.record_id as "recordId"
    from item_state join item on item.id = item_state.item_id
    where item_id = ${itemId}`,
  );
  if (now.out) return;
  const changed = now.state !== now.resting;
  if (changed) await setAvailability(tx, itemId, { state: "AT_REST" });
  if (changed && now.resting !== "AVAILABLE") await releaseTarget(tx, itemId);
  if ((changed || isNew > 0) && now.resting === "AVAILABLE") await seekCopies(tx, now.recordId);
}

const resting = sql`case when item.withdrawn then 'WITHDRAWN' when item.for_loan then 'AVAILABLE' else 'NOT_FOR_LOAN' end`;
