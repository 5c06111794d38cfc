import { badInput } from "@lienthong/rpc/fault.ts";
import { z } from "zod";

/**
 * Holds what was asked to its shape.
 * @throws CallFault bad-input naming each field that is wrong and what would be right
 */
export function checked<Shape extends z.ZodType>(shape: Shape, ask: unknown): z.output<Shape> {
  const read = shape.safeParse(ask);
  if (read.success) return read.data;
  throw badInput(...read.error.issues.map((issue) => ({ field: issue.path.join("."), problem: issue.message })));
}

export const anId = z.uuid("an id of 36 characters");
export const aDay = z.iso.date("a day as YYYY-MM-DD");
export const aCode = z.string().regex(/^VN-[0-9A-Z]{7}$/, "a library's code: VN- and seven letters or digits");
export const text = (longest: number) =>
  z
    .string()
    .transform((given) => given.normalize("NFC").replace(/\s+/g, " ").trim())
    .pipe(z.string().min(1, "must not be empty").max(longest, `at most ${longest} characters`));
