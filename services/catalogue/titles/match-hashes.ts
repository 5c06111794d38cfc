import { hash } from "node:crypto";
import type { MatchKeys } from "./match-keys.ts";
import { reviewValues, titleValues } from "./members.ts";

/** A value that records may share, as the database looks it up: 64 bits of its hash, and whether it may unite them. */
export type MatchHash = { key: bigint; unites: boolean };

/** The hashes of the values by which a record is found, each once. */
export function matchHashes(keys: MatchKeys): MatchHash[] {
  const uniting = unitingHashes(keys).map((key) => ({ key, unites: true }));
  const asking = reviewHashes(keys).map((key) => ({ key, unites: false }));
  return [...new Map([...uniting, ...asking].map((hash) => [hash.key, hash])).values()];
}

/** The hashes of the values that may unite a record with others. */
export const unitingHashes = (keys: MatchKeys): bigint[] => titleValues(keys).map((value) => hashOf(`title ${value}`));

/** The hashes of the values that only bring a record before people beside others. */
export const reviewHashes = (keys: MatchKeys): bigint[] => reviewValues(keys).map((value) => hashOf(`review ${value}`));

const hashOf = (text: string) => hash("sha1", text, "buffer").readBigInt64BE(0);
