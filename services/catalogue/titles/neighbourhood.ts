import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { reviewHashes, unitingHashes } from "./match-hashes.ts";
import type { StaffFact } from "./cluster.ts";
import type { Description } from "./describe.ts";
import type { MatchKeys } from "./match-keys.ts";

/** A record with what the match rule and the choice of what is shown need of it. */
export type Neighbour = {
  id: string;
  sourceKey: string;
  libraryId: string;
  controlNumber: string;
  /** The title it was last in; empty for a record that was in none yet. */
  titleId: string;
  deleted: boolean;
  keys: MatchKeys;
  described: Description;
  quality: number;
  score: number;
};

/** Where a neighbourhood begins. */
export type Beginning = {
  /** Records as they are about to be; what the database says of them is older. */
  written: readonly Neighbour[];
  /** Records as they are. */
  ids: readonly string[];
  /** Uniting keys by which changed records were found before. */
  formerKeys: readonly bigint[];
};

/**
 * All records that may belong to the titles of these ones: closed under sharing a uniting key and under facts that say
 * `same`, also through records that were deleted.
 */
export async function titleNeighbourhood(
  tx: Transaction,
  { written, ids, formerKeys }: Beginning,
): Promise<Neighbour[]> {
  const near = new Map(written.map((record) => [record.id, record]));
  const looked = new Set<bigint>();
  const unlooked = (keys: Iterable<bigint>) => {
    const fresh = [...new Set(keys)].filter((key) => !looked.has(key));
    for (const key of fresh) looked.add(key);
    return fresh;
  };
  let freshIds = [...near.keys(), ...ids];
  let freshKeys = unlooked([...formerKeys, ...written.flatMap(unitingOf)]);
  // Each round costs one look-up; a chain of records is rarely longer than three.
  while (freshIds.length > 0 || freshKeys.length > 0) {
    const news: Neighbour[] = await all<Neighbour>(
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
      select record.id, source_key as "sourceKey", library_id as "libraryId", control_number as "controlNumber",
             title_id as "titleId", deleted, keys, described, quality, score
      from reached join record on record.id = reached.id where record.id <> all(${[...near.keys()]}::uuid[])`,
    );
    for (const record of news) near.set(record.id, record);
    freshIds = news.map((record) => record.id);
    freshKeys = unlooked(news.flatMap(unitingOf));
  }
  return [...near.values()];
}

/** A record of another title that may be worth a look beside one of these. */
export type Stranger = {
  id: string;
  sourceKey: string;
  deleted: boolean;
  keys: MatchKeys;
  /** The first record of its title, by which a pair names it. */
  first: { id: string; sourceKey: string; libraryId: string };
};

// As many records of one title as the comparison of a shared value looks at.
const ofOneTitleMax = 4;

/** The records that share with these a key that only brings pairs before people, and those that staff spoke of beside them. */
export function reviewNeighbourhood(tx: Transaction, own: readonly Neighbour[]): Promise<Stranger[]> {
  const ids = own.map((record) => record.id);
  const keys = [...new Set(own.flatMap((record) => (record.deleted ? [] : reviewHashes(record.keys))))];
  return all<Stranger>(
    tx,
    sql`
    with sharing as (
      select record_id as id, key from match_key where key = any(${keys}::bigint[]) and not unites
    ), placed as (
      select id, row_number() over (partition by key, title_id, record.keys -> 'told' ->> 'year' order by source_key) as place
      from sharing join record using (id)
    ), ring as (
      select id from placed where place <= ${ofOneTitleMax}
      union select b from match_fact where a = any(${ids}::uuid[])
      union select a from match_fact where b = any(${ids}::uuid[]))
    select record.id, record.source_key as "sourceKey", record.deleted, record.keys,
           jsonb_build_object('id', first.id, 'sourceKey', first.source_key, 'libraryId', first.library_id) as first
    from ring join record using (id) join record first on first.alias = record.title_id
    where record.id <> all(${ids}::uuid[])`,
  );
}

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

const unitingOf = (record: Neighbour): bigint[] => (record.deleted ? [] : unitingHashes(record.keys));
