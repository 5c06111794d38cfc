import { badInput } from "@lienthong/rpc/fault.ts";
import { z } from "zod";

/**
 * Holds what was asked to its shape.
 * @throws CallFault bad-input naming each field that is wrong and what would be right
 */
export function checked<Shape extends z.ZodType>(shape: Shape, ask: unknown): z.output<Shape> {
  const read = shape.safeParse(ask);
  if (read.success) return read.data;
  // One problem a field: the first says what to do, and the next show themselves when it is mended.
  const problems = new Map(read.error.issues.toReversed().map((issue) => [issue.path.join("."), issue.message]));
  throw badInput(...[...problems].reverse().map(([field, problem]) => ({ field, problem })));
}

export const anId = z.uuid("an id of 36 characters");
/** Where a page begins: the last id of the page before, or empty for the first. */
export const afterId = z.union([z.literal(""), anId], "the last id of the page before, or nothing");

/** Before every id there is. */
export const nilId = "00000000-0000-0000-0000-000000000000";
