import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";

/**
 * Says that the search documents of these titles are older than what they show, in the transaction of the change. The
 * version that the titles' rows get is the version their documents will have.
 */
export async function markForIndex(tx: Transaction, titleIds: readonly string[]): Promise<void> {
  if (titleIds.length === 0) return;
  await run(
    tx,
    sql`
    with marked as (
      update title set index_version = next_version(index_version)
      where id in (select id from title where id = any(${titleIds}::text[]) order by id for update)
      returning id, index_version)
    insert into title_to_index (title_id, version)
    select id, index_version from marked
    on conflict (title_id) do update set version = excluded.version, tries = 0`,
  );
}
