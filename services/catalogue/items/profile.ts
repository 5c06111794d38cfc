import { optional, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { ItemField } from "./item-fields.ts";

/** Which field of a library's records holds its items. */
export async function itemFieldOf(tx: Transaction, libraryId: string): Promise<ItemField> {
  const row = await optional<{ field: ItemField }>(
    tx,
    sql`select field from item_profile where library_id = ${libraryId}`,
  );
  return row?.field ?? "auto";
}
