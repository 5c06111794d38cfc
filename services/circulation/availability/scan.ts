import { acrossLibraries } from "@lienthong/database/across-libraries.ts";
import { all, join, sql, type Sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { ScannedItem } from "@lienthong/proto/circulation/v1/service.ts";
import { badInput } from "@lienthong/rpc/fault.ts";
import { anId, ownLibrary, scannedText } from "../asked.ts";

/** What a desk scanned, or chose after a scan had found several. */
export type Scan = { barcode: string } | { itemId: string };

/** @throws CallFault bad-input when neither a barcode nor an item is given */
export function scanOf(ask: { barcode: string; itemId: string }): Scan {
  if (ask.itemId) return { itemId: anId("item_id", ask.itemId) };
  if (!ask.barcode)
    throw badInput({ field: "barcode", problem: "a scanned barcode, or a chosen item_id, is expected" });
  return { barcode: scannedText("barcode", ask.barcode) };
}

/**
 * The items a scan may mean: among the library's own barcodes, then among items that are held or expected here. Barcodes
 * are unique inside a library only, so several may be meant, and a person chooses.
 */
export async function itemsScanned(tx: Transaction, scan: Scan): Promise<(ScannedItem & { lent: boolean })[]> {
  const here = ownLibrary(tx.actor);
  return all(
    tx,
    sql`
    select ${scannedColumns}, item_state.state = 'ON_LOAN' as lent from item join item_state on item_state.item_id = item.id
    where ${meant(scan)} and (item.library_id = ${here} or item_state.at_library_id = ${here})
      and (item_state.state <> 'WITHDRAWN' or ${"itemId" in scan})
    order by item.library_id <> ${here}, item.id limit ${choicesMax}`,
  );
}

/**
 * Items of others that are out in the world and may have come to a desk that does not expect them: a reader may return a
 * book at any library, and a parcel may go astray. They are always shown to choose from, even a single one, because
 * nothing but the barcode speaks for them.
 */
export async function straysScanned(tx: Transaction, scan: Scan): Promise<ScannedItem[]> {
  return acrossLibraries(tx, () =>
    all<ScannedItem>(
      tx,
      sql`
      select ${scannedColumns} from item join item_state on item_state.item_id = item.id
      where ${meant(scan)} and item_state.state in ('ON_LOAN', 'IN_TRANSIT')
      order by item.library_id, item.id limit ${choicesMax}`,
    ),
  );
}

/** More of one barcode than a person can choose from is not a scan but a mistake in somebody's numbering. */
const choicesMax = 10;

const meant = (scan: Scan): Sql =>
  "itemId" in scan ? sql`item.id = ${scan.itemId}` : sql`item.barcode = ${scan.barcode}`;

export const scannedColumns = join(
  [
    sql`item.id`,
    sql`item.library_id as "libraryId"`,
    sql`item.barcode`,
    sql`item.title`,
    sql`item.author`,
    sql`item.call_number as "callNumber"`,
  ],
  ", ",
);
