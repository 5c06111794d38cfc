import { all, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { MarcRecord } from "@lienthong/marc/record.ts";
import { storable } from "../storable.ts";
import { alias } from "../titles/alias.ts";
import type { Touched } from "../titles/regroup.ts";
import type { Derived } from "./derive.ts";
import { type MatchHash, matchHashes } from "./match-hashes.ts";

/** A record as an import brings it. */
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
};

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

/**
 * Writes new and changed records with their bytes and match keys. Which titles they belong to is for `regroup`, in the
 * same transaction: until then a new record stands in a title of its own.
 */
export async function writeRecords(
  tx: Transaction,
  origin: { libraryId: string; importId: string },
  records: readonly (Incoming & { derived: Derived })[],
): Promise<{ touched: Touched; idOf: Map<string, string> }> {
  if (records.length === 0) return { touched: { written: [], formerKeys: [] }, idOf: new Map() };
  const { libraryId, importId } = origin;
  const rows = records.map(({ controlNumber, encoding, repairs, content, derived, hash }) => ({
    control_number: controlNumber,
    alias: alias(`${libraryId}:${controlNumber}`),
    hash: `\\x${hash.toString("hex")}`,
    encoding,
    repairs,
    content,
    keys: derived.keys,
    described: derived.described,
    quality: derived.quality,
    score: derived.score,
  }));
  const written = await all<{ id: string; controlNumber: string }>(
    tx,
    sql`
    insert into record (library_id, control_number, alias, title_id, hash, encoding, repairs, content, keys, described,
                        quality, score)
    select ${libraryId}, control_number, alias, alias, hash, encoding, repairs, content, keys, described, quality, score
    from jsonb_to_recordset(${storable(rows)}::jsonb) as row(control_number text, alias text, hash bytea, encoding text,
      repairs jsonb, content jsonb, keys jsonb, described jsonb, quality smallint, score smallint)
    order by control_number
    on conflict (library_id, control_number) do update set
      version = next_version(record.version), deleted = false, hash = excluded.hash, encoding = excluded.encoding,
      repairs = excluded.repairs, content = excluded.content, keys = excluded.keys, described = excluded.described,
      quality = excluded.quality, score = excluded.score, changed_at = now()
    returning id, control_number as "controlNumber"`,
  );
  const idOf = new Map(written.map((row) => [row.controlNumber, row.id]));
  const ids = records.map((record) => idOf.get(record.controlNumber)!);
  await run(
    tx,
    sql`
    insert into source (record_id, library_id, import_id, seq, bytes)
    select record_id, ${libraryId}, ${importId}, seq, bytes
    from unnest(${ids}::uuid[], ${records.map((record) => record.seq)}::bigint[],
                ${records.map((record) => Buffer.from(record.bytes))}::bytea[]) as row(record_id, seq, bytes)`,
  );
  const formerKeys = await forgetKeys(tx, ids);
  await writeKeys(
    tx,
    records.map((record, at) => ({ id: ids[at]!, hashes: matchHashes(record.derived.keys) })),
  );
  return { touched: { written: ids, formerKeys }, idOf };
}

/** Marks records as deleted by their library. Their rows and bytes stay: their aliases go on resolving. */
export async function deleteRecords(tx: Transaction, ids: readonly string[]): Promise<Touched> {
  if (ids.length === 0) return { written: [], formerKeys: [] };
  await run(
    tx,
    sql`
    update record set deleted = true, version = next_version(version), changed_at = now()
    where id = any(${ids}::uuid[])`,
  );
  return { written: ids, formerKeys: await forgetKeys(tx, ids) };
}

async function forgetKeys(tx: Transaction, ids: readonly string[]): Promise<bigint[]> {
  const rows = await all<{ key: bigint; unites: boolean }>(
    tx,
    sql`delete from match_key where record_id = any(${ids}::uuid[]) returning key, unites`,
  );
  return rows.filter((row) => row.unites).map((row) => row.key);
}

async function writeKeys(tx: Transaction, records: readonly { id: string; hashes: MatchHash[] }[]): Promise<void> {
  const rows = records.flatMap(({ id, hashes }) => hashes.map((hash) => ({ id, ...hash })));
  await run(
    tx,
    sql`
    insert into match_key (key, record_id, unites)
    select * from unnest(${rows.map((row) => row.key)}::bigint[], ${rows.map((row) => row.id)}::uuid[],
                         ${rows.map((row) => row.unites)}::boolean[])`,
  );
}
