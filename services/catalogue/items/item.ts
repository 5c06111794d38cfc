import { retelling } from "@lienthong/bus/republish.ts";
import { all, sql } from "@lienthong/database/transaction.ts";
import { ItemChanged } from "@lienthong/proto/catalogue/v1/events.ts";

/** The columns of an item as its event tells them. */
export const itemColumns = sql`
  item.id, item.version, item.library_id as "libraryId", item.record_id as "recordId", item.title_id as "titleId",
  item.barcode, item.call_number as "callNumber", item.location, item.item_type as "itemType", item.for_loan as "forLoan",
  item.withdrawn, item.title, item.author`;

export const tellItems = retelling(ItemChanged, (tx, { libraryId }, after, limit) => {
  const which = libraryId === undefined ? sql`true` : sql`library_id = ${libraryId}`;
  const from = after === "" ? sql`true` : sql`id > ${after}::uuid`;
  return all<ItemChanged>(
    tx,
    sql`select ${itemColumns} from item where ${which} and ${from} order by id limit ${limit}`,
  );
});
