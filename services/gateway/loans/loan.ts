import { z } from "zod";
import { moment, text } from "../frame/shapes.ts";

export const loanShape = z
  .object({
    id: z.uuid(),
    library: z.string(),
    titleId: text,
    title: text,
    author: text,
    barcode: z.string(),
    lentAt: moment.optional(),
    dueAt: moment.optional(),
    renewals: z.int(),
    renewalsLeft: z.int(),
    overdue: z.boolean(),
  })
  .meta({ id: "Loan" });
