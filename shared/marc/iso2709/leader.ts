/** The record length a leader at this place claims (positions 00–04). */
export function lengthAt(bytes: Uint8Array, at: number): number | undefined {
  return number(bytes, at, 5);
}

/** The base address of data (positions 12–16). */
export function baseAddressAt(bytes: Uint8Array, at: number): number | undefined {
  return number(bytes, at + 12, 5);
}

/**
 * Whether a leader begins at this place of a stretch that ends at `end`: either all its fixed positions are as MARC 21
 * has them, or its length is exactly what is left and its base address lies behind a directory.
 */
export function isLeaderAt(bytes: Buffer, at: number, end: number): boolean {
  if (!isDigit(bytes[at]) || !isDigit(bytes[at + 4])) return false;
  if (isStrictLeaderAt(bytes, at)) return true;
  // Without the fixed positions the figures of a directory could pass for a leader, but for the letters of its type.
  if (isDigit(bytes[at + 5]) || isDigit(bytes[at + 6]) || lengthAt(bytes, at) !== end - at) return false;
  const base = baseAddressAt(bytes, at);
  return base !== undefined && base > 24 && bytes[at + base - 1] === 0x1e;
}

/** Whether 24 bytes have the form of a MARC 21 leader: digits, "22", base address, "4500". */
export function isStrictLeaderAt(bytes: Buffer, at: number): boolean {
  if (at + 24 > bytes.length) return false;
  if (lengthAt(bytes, at) === undefined || baseAddressAt(bytes, at) === undefined) return false;
  if (bytes[at + 10] !== 0x32 || bytes[at + 11] !== 0x32) return false;
  for (let place = at + 5; place < at + 20; place += 1) if (bytes[place]! < 0x20 || bytes[place]! > 0x7e) return false;
  return entryMap.equals(bytes.subarray(at + 20, at + 24));
}

/** Where the next leader of strict form begins. */
export function nextStrictLeader(bytes: Buffer): number | undefined {
  for (let map = bytes.indexOf(entryMap, 20); map >= 0; map = bytes.indexOf(entryMap, map + 1)) {
    if (isStrictLeaderAt(bytes, map - 20)) return map - 20;
  }
  return undefined;
}

const entryMap = Buffer.from("4500");

export const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** A number of `digits` figures, or undefined where anything else stands. */
export function number(bytes: Uint8Array, at: number, digits: number): number | undefined {
  let value = 0;
  for (let place = at; place < at + digits; place += 1) {
    if (!isDigit(bytes[place])) return undefined;
    value = value * 10 + bytes[place]! - 0x30;
  }
  return value;
}
