import { sql } from "@lienthong/database/transaction.ts";
import type { ListLibrariesRequest, ListLibrariesResponse } from "@lienthong/proto/identity/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { z } from "zod";
import { checked } from "../asked.ts";
import { civilToday, librariesOn, shownLibrary } from "./library.ts";

/** Libraries as they are today, in the order of their codes, a page at a time. */
export const ListLibraries = query<ListLibrariesRequest, ListLibrariesResponse>((ask, caller) => {
  const { after, size, province } = checked(shape, ask);
  return caller.as(async (tx) => {
    const today = await civilToday(tx);
    const there =
      province === ""
        ? sql`true`
        : sql`exists (select from library_fact where library_id = library.id and attribute = 'province'
                      and value = ${province} and voided_at is null and valid @> ${today}::date)`;
    const rows = await librariesOn(tx, today, sql`id > ${after} and ${there} order by id limit ${size || 50}`);
    return { libraries: rows.map(shownLibrary) };
  });
});

const shape = z.object({
  after: z.string().max(20),
  size: z.number().int().min(0).max(200, "at most 200 libraries a page"),
  province: z.string().max(2, "a province's code of two digits"),
});
