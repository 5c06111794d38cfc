import { announce } from "@lienthong/bus/announce.ts";
import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { ItemChanged } from "@lienthong/proto/catalogue/v1/events.ts";
import { storable } from "../storable.ts";
import { itemColumns } from "./item.ts";
import type { DescribedItem } from "./item-fields.ts";

/** What a record says of its items, and what is told of the record beside each. */
export type ItemsOfRecord = {
  recordId: string;
  titleId: string;
  itemType: string;
  title: string;
  author: string;
  items: readonly DescribedItem[];
};

/**
 * Brings a library's items to what these records say: new ones, changed ones, and those a record no longer has, which are
 * withdrawn. An item that another record of the library claims moves to it: the latest word on a barcode holds. Announces
 * what changed. @returns the titles whose items changed
 */
export async function writeItems(
  tx: Transaction,
  libraryId: string,
  records: readonly ItemsOfRecord[],
): Promise<string[]> {
  if (records.length === 0) return [];
  const claimed = new Map<string, object>();
  for (const { items, recordId, titleId, itemType, title, author } of records) {
    for (const { barcode, callNumber, location, forLoan, withdrawn } of items) {
      claimed.set(barcode, {
        barcode,
        record_id: recordId,
        title_id: titleId,
        call_number: callNumber,
        location,
        item_type: itemType,
        for_loan: forLoan,
        withdrawn,
        title,
        author,
      });
    }
  }
  const written = await all<ItemChanged & { formerTitleId: string | null }>(
    tx,
    sql`
    insert into item (library_id, record_id, title_id, barcode, call_number, location, item_type, for_loan, withdrawn,
                      title, author)
    select ${libraryId}, record_id, title_id, barcode, call_number, location, item_type, for_loan, withdrawn, title, author
    from jsonb_to_recordset(${storable([...claimed.values()])}::jsonb)
      as row(record_id uuid, title_id text, barcode text, call_number text, location text, item_type text,
             for_loan boolean, withdrawn boolean, title text, author text)
    order by barcode
    on conflict (library_id, barcode) do update set
      version = next_version(item.version), record_id = excluded.record_id, title_id = excluded.title_id,
      call_number = excluded.call_number, location = excluded.location, item_type = excluded.item_type,
      for_loan = excluded.for_loan, withdrawn = excluded.withdrawn, title = excluded.title, author = excluded.author
    where (item.record_id, item.title_id, item.call_number, item.location, item.item_type, item.for_loan, item.withdrawn,
           item.title, item.author)
      is distinct from (excluded.record_id, excluded.title_id, excluded.call_number, excluded.location,
                        excluded.item_type, excluded.for_loan, excluded.withdrawn, excluded.title, excluded.author)
    returning ${itemColumns}, old.title_id as "formerTitleId"`,
  );
  const withdrawn = await all<ItemChanged>(
    tx,
    sql`
    update item set withdrawn = true, version = next_version(version)
    where record_id = any(${records.map((record) => record.recordId)}::uuid[]) and not withdrawn
      and library_id = ${libraryId} and barcode <> all(${[...claimed.keys()]}::text[])
    returning ${itemColumns}`,
  );
  announce(tx, ItemChanged, ...written, ...withdrawn);
  const titles = written.flatMap((item) => [item.titleId, item.formerTitleId ?? item.titleId]);
  return [...new Set([...titles, ...withdrawn.map((item) => item.titleId)])];
}

/** Lets items follow their records into another title, and announces it. */
export async function moveItems(tx: Transaction, moved: ReadonlyMap<string, string>): Promise<void> {
  if (moved.size === 0) return;
  const items = await all<ItemChanged>(
    tx,
    sql`
    update item set title_id = record.title_id, version = next_version(version)
    from unnest(${[...moved.keys()]}::uuid[], ${[...moved.values()]}::text[]) as record(id, title_id)
    where item.record_id = record.id and not item.withdrawn and item.title_id <> record.title_id
    returning ${itemColumns}`,
  );
  announce(tx, ItemChanged, ...items);
}
