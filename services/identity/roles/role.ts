import { announce } from "@lienthong/bus/announce.ts";
import { retelling } from "@lienthong/bus/republish.ts";
import { all, sql, type Sql, type Transaction } from "@lienthong/database/transaction.ts";
import { RoleChanged } from "@lienthong/proto/identity/v1/events.ts";
import type { Role } from "@lienthong/proto/identity/v1/service.ts";
import type { Holder } from "../accounts/mirror.ts";

export type RoleRow = Role & { version: bigint };

/** Held roles, in the order of their ids; `which` bounds their number. Days are civil days of Vietnam. */
export const rolesWhere = (tx: Transaction, which: Sql): Promise<RoleRow[]> =>
  all<RoleRow>(
    tx,
    sql`
    select id::text, version, coalesce(person_id::text, '') as "personId", role, coalesce(library_id, '') as "libraryId",
           withdrawn_at is null and valid @> now() as active, coalesce(client, '') as client,
           (lower(valid) at time zone 'Asia/Ho_Chi_Minh')::date::text as "from",
           coalesce((upper(valid) at time zone 'Asia/Ho_Chi_Minh')::date::text, '') as until
    from held_role where ${which}`,
  );

/** Announces what a role is now. */
export const announceRole = (tx: Transaction, row: RoleRow) => announce(tx, RoleChanged, told(row));

export const holderOf = ({ personId, client }: Pick<RoleRow, "personId" | "client">): Holder =>
  personId === "" ? { client } : { person: personId };

export const shownRole = ({ version: _told, ...role }: RoleRow): Role => role;

const told = ({ id, version, libraryId, personId, role, active }: RoleRow): RoleChanged => ({
  id,
  version,
  libraryId,
  personId,
  role,
  active,
});

export const tellRoles = retelling(RoleChanged, async (tx, { libraryId }, after, limit) => {
  const first = after || "00000000-0000-0000-0000-000000000000";
  const which = libraryId === undefined ? sql`id > ${first}` : sql`id > ${first} and library_id = ${libraryId}`;
  return (await rolesWhere(tx, sql`${which} order by id limit ${limit}`)).map(told);
});
