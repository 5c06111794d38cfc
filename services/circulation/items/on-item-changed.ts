import { projection } from "@lienthong/bus/consumer.ts";
import { all, one, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { ItemChanged } from "@lienthong/proto/catalogue/v1/events.ts";
import { beginAvailability, setAvailability } from "../availability/set.ts";
import { releaseTarget } from "../holds/release.ts";
import { seekCopies } from "../holds/target.ts";

/**
 * Circulation's own copy of what it needs of items. An older or repeated event changes nothing. An import brings items by
 * the ten thousand, and nearly all are new: a batch of them takes as many statements as one.
 */
export const onItemChanged = projection(ItemChanged, async (tx, items) => {
  const rows = JSON.stringify(items.map((item) => ({ ...item, version: String(item.version) })));
  const applied = await all<{ id: string }>(
    tx,
    // The record's own event decides which title it is of; until it is heard, the item's word stands in for it.
    sql`
    with told as materialized (
      select * from jsonb_to_recordset(${rows}::jsonb) as row(id uuid, version bigint, "libraryId" text, "recordId" uuid,
        "titleId" text, barcode text, "callNumber" text, location text, "itemType" text, "forLoan" boolean,
        withdrawn boolean, title text, author text)
    ), stand_in as (
      insert into record (id, version, title_id)
      select distinct on ("recordId") "recordId", 0, nullif("titleId", '') from told order by "recordId"
      on conflict (id) do nothing)
    insert into item (id, version, library_id, record_id, barcode, call_number, location, item_type, for_loan, withdrawn,
                      title, author)
    select id, version, "libraryId", "recordId", barcode, "callNumber", location, "itemType", "forLoan", withdrawn, title, author
    from told order by id
    on conflict (id) do update
      set version = excluded.version, record_id = excluded.record_id, barcode = excluded.barcode,
          call_number = excluded.call_number, location = excluded.location, item_type = excluded.item_type,
          for_loan = excluded.for_loan, withdrawn = excluded.withdrawn, title = excluded.title, author = excluded.author
      where item.version <= excluded.version
    returning id`,
  );
  const ids = applied.map((row) => row.id);
  if (ids.length === 0) return;
  const begun = await beginAvailability(tx, ids, resting);
  const records = items.filter((item) => begun.get(item.id) === "AVAILABLE").map((item) => item.recordId);
  await seekCopies(tx, ...new Set(records));
  for (const id of await outOfPlace(
    tx,
    ids.filter((id) => !begun.has(id)),
  ))
    await rest(tx, id);
});

/** Items at home that are not what their description says by now. */
async function outOfPlace(tx: Transaction, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await all<{ id: string }>(
    tx,
    sql`
    select item_id as id from item_state join item on item.id = item_state.item_id
    where item_id = any(${ids}::uuid[]) and at_library_id is null and item_state.state <> ${resting} order by item_id`,
  );
  return rows.map((row) => row.id);
}

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
