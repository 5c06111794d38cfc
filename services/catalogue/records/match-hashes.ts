import { createHash } from "node:crypto";
import type { MatchKeys } from "../titles/match-keys.ts";
import { reviewValues, titleValues } from "../titles/members.ts";

/** A value that records may share, as the database looks it up: 64 bits of its hash, and whether it may unite them. */
export type MatchHash = { key: bigint; unites: boolean };

/** The hashes of the values by which a record is found, each once. */
export function matchHashes(keys: MatchKeys): MatchHash[] {
  const hashes = new Map<bigint, boolean>();
  for (const value of titleValues(keys)) hashes.set(hashOf(`title ${value}`), true);
  for (const value of reviewValues(keys)) hashes.set(hashOf(`review ${value}`), false);
  return [...hashes].map(([key, unites]) => ({ key, unites }));
}

const hashOf = (text: string) => createHash("sha1").update(text).digest().readBigInt64BE(0);
