import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { StaffFact } from "./cluster.ts";
import type { Description } from "./describe.ts";
import type { MatchKeys } from "./match-keys.ts";

/** A record with what the match rule and the choice of what is shown need of it. */
export type Neighbour = {
  id: string;
  sourceKey: string;
  libraryId: string;
  controlNumber: string;
  version: bigint;
  titleId: string;
  deleted: boolean;
  keys: MatchKeys;
  described: Description;
  quality: number;
  score: number;
};

/**
 * The ids of all records that may belong to the titles of these ones: closed under sharing a uniting key and under facts
 * that say `same`, also through records that were deleted.
 * @param formerKeys keys by which changed records were found before
 */
export async function titleNeighbourhood(
  tx: Transaction,
  ids: readonly string[],
  formerKeys: readonly bigint[] = [],
): Promise<string[]> {
  const seen = new Set<string>();
  const looked = new Set<bigint>(formerKeys);
  let freshIds: readonly string[] = ids;
  let freshKeys: readonly bigint[] = formerKeys;
  // Each round costs one look-up; a chain of records is rarely longer than three.
  while (freshIds.length > 0 || freshKeys.length > 0) {
    const rows = await all<{ id: string; keys: bigint[] }>(
      tx,
      sql`
      with found as (
        select record_id as id from match_key where key = any(${freshKeys}::bigint[]) and unites
        union select unnest(${freshIds}::uuid[])
      ), reached as (
        select id from found
        union select b from match_fact join found on found.id = a where says = 'same'
        union select a from match_fact join found on found.id = b where says = 'same'
      )
      select reached.id, coalesce((select array_agg(key) from match_key where record_id = reached.id and unites), '{}') as keys
      from reached`,
    );
    const news = rows.filter((row) => !seen.has(row.id));
    for (const row of news) seen.add(row.id);
    freshIds = news.map((row) => row.id);
    const keys = new Set(news.flatMap((row) => row.keys).filter((key) => !looked.has(key)));
    for (const key of keys) looked.add(key);
    freshKeys = [...keys];
  }
  return [...seen];
}

/** The ids of the records that share with these a key that only brings pairs before people, and of those that may belong to their titles. */
export async function reviewNeighbourhood(tx: Transaction, ids: readonly string[]): Promise<string[]> {
  const sharing = await all<{ id: string }>(
    tx,
    sql`
    select distinct other.record_id as id
    from match_key mine join match_key other on other.key = mine.key and not other.unites
    where mine.record_id = any(${ids}::uuid[]) and not mine.unites`,
  );
  return titleNeighbourhood(
    tx,
    sharing.map((row) => row.id),
  );
}

export const neighbours = (tx: Transaction, ids: readonly string[]): Promise<Neighbour[]> =>
  all<Neighbour>(
    tx,
    sql`
    select id, source_key as "sourceKey", library_id as "libraryId", control_number as "controlNumber", version,
           title_id as "titleId", deleted, keys, described, quality, score
    from record where id = any(${ids}::uuid[])`,
  );

/** The facts that name one of these records. */
export const factsOn = (tx: Transaction, ids: readonly string[]): Promise<StaffFact[]> =>
  all<StaffFact>(
    tx,
    sql`
    select a.source_key as a, b.source_key as b, says,
           (extract(epoch from decided_at) * 1000)::float8 as at
    from match_fact join record a on a.id = match_fact.a join record b on b.id = match_fact.b
    where match_fact.a = any(${ids}::uuid[]) or match_fact.b = any(${ids}::uuid[])`,
  );
