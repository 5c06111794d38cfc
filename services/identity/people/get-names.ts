import { all, sql } from "@lienthong/database/transaction.ts";
import type { GetNamesRequest, GetNamesResponse, PersonName } from "@lienthong/proto/identity/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { z } from "zod";
import { anId, checked } from "../asked.ts";
import { keepLookUp } from "./look-up.ts";

/**
 * Names for a desk that must show them, of people whom its library serves; others are left out as if they were not there.
 * Who asked for whom is kept, in the same transaction.
 */
export const GetNames = query<GetNamesRequest, GetNamesResponse>((ask, caller) => {
  const { personIds } = checked(shape, ask);
  return caller.as(async (tx) => {
    if (personIds.length === 0) return { names: [] };
    await keepLookUp(tx, "name", personIds);
    // Row-level security decides whom the library serves: the policy on person says it once for every reading.
    const names = await all<PersonName>(
      tx,
      sql`
      select id::text as "personId", full_name as "fullName" from person
      where id = any(${personIds}::uuid[]) order by id`,
    );
    return { names };
  });
});

const shape = z.object({ personIds: z.array(anId).max(100, "at most 100 people at once") });
