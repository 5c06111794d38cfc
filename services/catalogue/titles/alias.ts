import { createHash } from "node:crypto";

/**
 * The permanent name of a source record among titles: `u` and 20 hexadecimal digits of the SHA-256 of its source key.
 * A title's id is the alias of the smallest source key among its members; every alias goes on resolving for good.
 */
export function alias(sourceKey: string): string {
  return `u${createHash("sha256").update(sourceKey).digest("hex").slice(0, 20)}`;
}

/** The id of the title that these source records make up. At least one is needed. */
export function unionId(sourceKeys: Iterable<string>): string {
  let smallest: string | undefined;
  for (const key of sourceKeys) if (smallest === undefined || key < smallest) smallest = key;
  if (smallest === undefined) throw new RangeError("a title has at least one record");
  return alias(smallest);
}
