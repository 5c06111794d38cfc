import { optional, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { titleColumns, type TitleRow } from "./hit.ts";

/**
 * The title that an id leads to: its own, one that it once had, or that of a record (by its id). A title without records
 * leads to where its last record's companions are now, or to itself when there are none.
 */
export async function resolveTitle(tx: Transaction, id: string): Promise<TitleRow | undefined> {
  const begin = /^u[0-9a-f]{20}$/.test(id)
    ? sql`select title_id, deleted, 1 as step from record where alias = ${id}`
    : sql`select title_id, deleted, 1 as step from record where id = ${id}::uuid`;
  return optional<TitleRow>(
    tx,
    sql`
    with recursive way(title_id, deleted, step) as (
      (${begin})
      union all
      select record.title_id, record.deleted, way.step + 1 from way join record on record.alias = way.title_id
      where way.deleted and record.title_id <> way.title_id and way.step < 20)
    select ${titleColumns} from way join title on title.id = way.title_id order by step desc limit 1`,
  );
}
