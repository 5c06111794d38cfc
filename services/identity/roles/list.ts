import { sql } from "@lienthong/database/transaction.ts";
import type { ListRolesRequest, ListRolesResponse } from "@lienthong/proto/identity/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { z } from "zod";
import { aCode, anId, checked } from "../asked.ts";
import { actForMinistry } from "../ministry.ts";
import { rolesWhere, shownRole } from "./role.ts";

/** The roles held at a library, withdrawn ones too, a page at a time; those of the platform for the ministry. */
export const ListRoles = query<ListRolesRequest, ListRolesResponse>((ask, caller) => {
  const { libraryId, after } = checked(shape, ask);
  return caller.as(async (tx) => {
    const forMinistry = await actForMinistry(tx);
    const at = libraryId || (forMinistry ? null : tx.actor.libraryId);
    const rows = await rolesWhere(
      tx,
      sql`library_id is not distinct from ${at} and id > ${after || "00000000-0000-0000-0000-000000000000"}
          order by id limit 100`,
    );
    return { roles: rows.map(shownRole) };
  });
});

const shape = z.object({ libraryId: z.union([z.literal(""), aCode]), after: z.union([z.literal(""), anId]) });
