import { optional, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { GetLibraryRequest, GetLibraryResponse } from "@lienthong/proto/identity/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { aDay, checked } from "../asked.ts";
import { isCode } from "./code.ts";
import { civilToday, librariesOn, type LibraryRow, shownLibrary } from "./library.ts";

export const refuse = refusals("identity.get-library", {
  "library-unknown": "No library had this code on that day.",
});

export const GetLibrary = query<GetLibraryRequest, GetLibraryResponse>((ask, caller) => {
  const { code, on } = checked(shape, ask);
  return caller.as(async (tx) => outcome(await getLibrary(tx, code, on), "library", shownLibrary));
});

const shape = z.object({
  code: z.string().min(1, "must not be empty").max(60, "at most 60 characters"),
  on: z.union([z.literal(""), aDay]),
});

/** A library by its code or by one from outside, as it was on a day. A library whose life ended still resolves. */
export async function getLibrary(tx: Transaction, code: string, on: string): Promise<LibraryRow | Refusal> {
  const day = on || (await civilToday(tx));
  const found = await optional<{ id: string }>(
    tx,
    isCode(code)
      ? sql`select id from library where id = ${code} and founded <= ${day}::date`
      : sql`select library_id as id from library_alt_id where value = ${code} and valid @> ${day}::date
            order by scheme limit 1`,
  );
  const [row] = found ? await librariesOn(tx, day, sql`id = ${found.id}`) : [];
  return row ?? refuse("library-unknown", { code });
}
