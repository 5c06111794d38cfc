import { announce } from "@lienthong/bus/announce.ts";
import { retelling } from "@lienthong/bus/republish.ts";
import { all, one, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { BranchChanged } from "@lienthong/proto/identity/v1/events.ts";
import { type Branch, ServicePointKind } from "@lienthong/proto/identity/v1/library.ts";
import { z } from "zod";
import { text } from "../asked.ts";
import { provinceOn } from "./provinces.ts";

export const newBranch = z.object({
  name: text(200),
  province: z.string(),
  commune: z.string().max(100),
  address: z.string().max(300),
  pickup: z.boolean(),
});
export type NewBranch = z.output<typeof newBranch>;

export type BranchRow = Omit<Branch, "servicePoints"> & {
  servicePoints: { id: string; name: string; kind: keyof typeof ServicePointKind }[];
};

/** A province's code that means nothing today, as a problem of the field; undefined when it is right. */
export const provinceProblem = (province: string, today: string): string | undefined =>
  provinceOn(province, today) ? undefined : `no province-level unit has the code "${province}" today; such as 01 or 46`;

/** Opens a branch of a library with its first desk: a branch without one could lend nothing. */
export async function openBranch(tx: Transaction, libraryId: string, branch: NewBranch): Promise<Branch> {
  const made = await one<{ id: string; version: bigint }>(
    tx,
    sql`
    insert into branch (library_id, name, province, commune, address, pickup)
    values (${libraryId}, ${branch.name}, ${branch.province}, ${branch.commune}, ${branch.address}, ${branch.pickup})
    returning id, version`,
  );
  const desk = await one<{ id: string; name: string; kind: "DESK" }>(
    tx,
    sql`
    insert into service_point (library_id, branch_id, name, kind)
    values (${libraryId}, ${made.id}, 'Quầy phục vụ', 'DESK') returning id, name, kind`,
  );
  announce(tx, BranchChanged, { id: made.id, version: made.version, libraryId, ...branch, active: true });
  return shownBranch({ id: made.id, libraryId, ...branch, servicePoints: [desk] });
}

export const shownBranch = (row: BranchRow): Branch => ({
  ...row,
  servicePoints: row.servicePoints.map((point) => ({ ...point, kind: ServicePointKind[point.kind] })),
});

export const tellBranches = retelling(BranchChanged, (tx, { libraryId }, after, limit) =>
  all<BranchChanged>(
    tx,
    sql`
    select id::text, version, library_id as "libraryId", name, province, commune, address, pickup, active from branch
    where id > ${firstOr(after)} and library_id = coalesce(${libraryId ?? null}, library_id)
    order by id limit ${limit}`,
  ),
);

/** Where a keyset page of ids begins. */
export const firstOr = (after: string) => after || "00000000-0000-0000-0000-000000000000";
