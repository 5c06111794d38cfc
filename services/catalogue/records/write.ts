import { all, one, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { MarcRecord } from "@lienthong/marc/record.ts";
import type { RecordChanged } from "@lienthong/proto/catalogue/v1/events.ts";
import { storable } from "../storable.ts";
import { alias } from "../titles/alias.ts";
import { type MatchHash, matchHashes, unitingHashes } from "../titles/match-hashes.ts";
import type { MatchKeys } from "../titles/match-keys.ts";
import { recordColumns } from "../titles/title.ts";
import { type Derived, derive } from "./derive.ts";

/** A record as an import brings it, made ready to be written. */
export type Incoming = {
  /** Its place in the file: number from 1, first byte, length in bytes. */
  seq: number;
  offset: number;
  length: number;
  controlNumber: string;
  /** It asks for its own removal (leader/05 is `d`). */
  removes: boolean;
  content: MarcRecord;
  bytes: Uint8Array;
  hash: Buffer;
  encoding: string;
  repairs: readonly unknown[];
  derived: Derived;
  hashes: readonly MatchHash[];
  /** Its row as JSON, but for what only the database knows. */
  row: string;
};

type Read = Omit<Incoming, "derived" | "hashes" | "row">;

/** Makes of a record's text all that can be made of it without the database. */
export function madeReady(libraryId: string, record: Read): Incoming {
  const { controlNumber, encoding, repairs, content, hash } = record;
  const derived = derive(content);
  const { keys, described, quality, score } = derived;
  const row = storable({
    control_number: controlNumber,
    alias: alias(`${libraryId}:${controlNumber}`),
    hash: `\\x${hash.toString("hex")}`,
    ...{ encoding, repairs, content, keys, described, quality, score },
  });
  return { ...record, derived, hashes: matchHashes(keys), row };
}

/** A record as it is known already. */
export type Known = { id: string; controlNumber: string; hash: Buffer; encoding: string; deleted: boolean };

/** The records of a library that have one of these control numbers. */
export async function knownRecords(
  tx: Transaction,
  libraryId: string,
  controlNumbers: readonly string[],
): Promise<Map<string, Known>> {
  const rows = await all<Known>(
    tx,
    sql`
    select id, control_number as "controlNumber", hash, encoding, deleted from record
    where library_id = ${libraryId} and control_number = any(${controlNumbers}::text[])`,
  );
  return new Map(rows.map((row) => [row.controlNumber, row]));
}

/** Ids for new records, in the order of the database's clock. */
export async function newIds(tx: Transaction, count: number): Promise<string[]> {
  if (count === 0) return [];
  const { ids } = await one<{ ids: string[] }>(
    tx,
    sql`select array_agg(uuidv7()::text) as ids from generate_series(1, ${count})`,
  );
  return ids;
}

/** Where records stood before they changed: their titles, and the uniting keys by which they were found. */
export async function formerPlaces(
  tx: Transaction,
  ids: readonly string[],
): Promise<{ titleOf: Map<string, string>; keys: bigint[] }> {
  if (ids.length === 0) return { titleOf: new Map(), keys: [] };
  const rows = await all<{ id: string; titleId: string; deleted: boolean; keys: MatchKeys }>(
    tx,
    sql`select id, title_id as "titleId", deleted, keys from record where id = any(${ids}::uuid[])`,
  );
  return {
    titleOf: new Map(rows.map((row) => [row.id, row.titleId])),
    keys: rows.flatMap((row) => (row.deleted ? [] : unitingHashes(row.keys))),
  };
}

/**
 * Writes new and changed records into their titles, with their bytes and match keys.
 * @returns their events
 */
export async function writeRecords(
  tx: Transaction,
  origin: { libraryId: string; importId: string },
  records: readonly (Incoming & { id: string; titleId: string; isNew: boolean })[],
): Promise<RecordChanged[]> {
  if (records.length === 0) return [];
  const { libraryId } = origin;
  const ids = records.map((record) => record.id);
  const told = await all<RecordChanged>(
    tx,
    sql`
    insert into record (id, library_id, title_id, control_number, alias, hash, encoding, repairs, content, keys,
                        described, quality, score)
    select id, ${libraryId}, title_id, control_number, alias, hash, encoding, repairs, content, keys, described, quality,
           score
    from rows from (
      jsonb_to_recordset(${`[${records.map((record) => record.row).join(",")}]`}::jsonb) as (control_number text, alias text,
        hash bytea, encoding text, repairs jsonb, content jsonb, keys jsonb, described jsonb, quality smallint,
        score smallint),
      unnest(${ids}::uuid[]), unnest(${records.map((record) => record.titleId)}::text[]))
      as row(control_number, alias, hash, encoding, repairs, content, keys, described, quality, score, id, title_id)
    on conflict (library_id, control_number) do update set
      version = next_version(record.version), deleted = false, title_id = excluded.title_id, hash = excluded.hash,
      encoding = excluded.encoding, repairs = excluded.repairs, content = excluded.content, keys = excluded.keys,
      described = excluded.described, quality = excluded.quality, score = excluded.score, changed_at = now()
    returning ${recordColumns}`,
  );
  await keepSources(tx, origin, records);
  await forgetKeys(
    tx,
    records.filter((record) => !record.isNew).map((record) => record.id),
  );
  await writeKeys(tx, records);
  return told;
}

/** Keeps the bytes as they came: in one piece, from which the database cuts each record's. */
async function keepSources(
  tx: Transaction,
  { libraryId, importId }: { libraryId: string; importId: string },
  records: readonly (Incoming & { id: string })[],
): Promise<void> {
  let end = 0;
  const places = records.map(({ bytes }) => {
    end += bytes.length;
    return end - bytes.length + 1;
  });
  await run(
    tx,
    sql`
    insert into source (record_id, library_id, import_id, seq, bytes)
    select record_id, ${libraryId}, ${importId}, seq, substring(${Buffer.concat(records.map(({ bytes }) => bytes))}::bytea from place for length)
    from unnest(${records.map(({ id }) => id)}::uuid[], ${records.map(({ seq }) => seq)}::bigint[],
                ${places}::int[], ${records.map(({ bytes }) => bytes.length)}::int[]) as row(record_id, seq, place, length)`,
  );
}

/**
 * Marks records as deleted by their library. Their rows and bytes stay: their aliases go on resolving.
 * @returns their events
 */
export async function deleteRecords(tx: Transaction, ids: readonly string[]): Promise<RecordChanged[]> {
  if (ids.length === 0) return [];
  const told = await all<RecordChanged>(
    tx,
    sql`
    update record set deleted = true, version = next_version(version), changed_at = now()
    where id = any(${ids}::uuid[]) returning ${recordColumns}`,
  );
  await forgetKeys(tx, ids);
  return told;
}

async function forgetKeys(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await run(tx, sql`delete from match_key where record_id = any(${ids}::uuid[])`);
}

async function writeKeys(
  tx: Transaction,
  records: readonly { id: string; hashes: readonly MatchHash[] }[],
): Promise<void> {
  const rows = records.flatMap(({ id, hashes }) => hashes.map((hash) => ({ id, ...hash })));
  // In the order of the keys: neighbours on an index page are then written while it is at hand.
  rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  await run(
    tx,
    sql`
    insert into match_key (key, record_id, unites)
    select * from unnest(${rows.map((row) => row.key)}::bigint[], ${rows.map((row) => row.id)}::uuid[],
                         ${rows.map((row) => row.unites)}::boolean[])`,
  );
}
