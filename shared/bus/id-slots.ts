/** A shard's events whose ids were made within the same ten minutes: how many, and all ids in one hash. */
export type Slot = {
  shard: number;
  /** Ten minutes since 1970. */
  time: number;
  count: number;
  /** The last 64 bits of every id, by exclusive or: the same ids in any order give the same. */
  hash: bigint;
  /** Where the first of them lies in the stream; 0 for the archive's. */
  firstSequence: number;
};

export const slotMs = 600_000;
export const slotKey = (slot: { shard: number; time: number }): string => `${slot.shard}:${slot.time}`;
export const sameIds = (a: Slot, b: Slot): boolean => a.count === b.count && a.hash === b.hash;

/** When an id (UUIDv7) was made, in milliseconds since 1970. */
export const madeAt = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** The part of an id that is hashed: its last 64 bits, as PostgreSQL's bigint. */
export const hashOf = (id: string): bigint => BigInt.asIntN(64, BigInt(`0x${id.slice(19, 23)}${id.slice(24)}`));

/** The smallest id that could be made at a time. */
export function firstIdAt(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
