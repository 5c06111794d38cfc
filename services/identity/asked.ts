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
export const aDay = z.iso.date("a day as YYYY-MM-DD");
export const aCode = z.string().regex(/^VN-[0-9A-Z]{7}$/, "a library's code: VN- and seven letters or digits");
export const text = (longest: number) =>
  z
    .string()
    // Looked at before anything is done with it: to normalise a megabyte takes long.
    .max(4 * longest, `at most ${longest} characters`)
    .transform((given) => given.normalize("NFC").replace(/\s+/g, " ").trim())
    .pipe(z.string().min(1, "must not be empty").max(longest, `at most ${longest} characters`));
