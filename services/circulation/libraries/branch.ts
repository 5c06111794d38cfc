import { one, optional, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { badInput } from "@lienthong/rpc/fault.ts";

export type Branch = { id: string; name: string; libraryId: string };

/**
 * The branch where a desk of the library stands; its first one when none is named.
 * @throws CallFault bad-input when the branch is not the library's, or the library has none yet
 */
export async function branchHere(tx: Transaction, libraryId: string, branchId: string | undefined): Promise<Branch> {
  const here = branchId === undefined ? await firstBranch(tx, libraryId) : await branchOf(tx, branchId);
  if (here?.libraryId !== libraryId) {
    throw badInput({ field: "branch_id", problem: "a branch of the library that you act for is expected" });
  }
  return here;
}

/** Where a library's items live as long as nothing says at which of its branches: the first that still works. */
export async function homeBranch(tx: Transaction, libraryId: string): Promise<Branch> {
  const home = await firstBranch(tx, libraryId);
  if (!home) throw new Error(`${libraryId} owns items and has no branch`);
  return home;
}

export const branchById = (tx: Transaction, id: string): Promise<Branch> =>
  one(tx, sql`select id, name, library_id as "libraryId" from branch where id = ${id}`);

const branchOf = (tx: Transaction, id: string) =>
  optional<Branch>(tx, sql`select id, name, library_id as "libraryId" from branch where id = ${id}`);

const firstBranch = (tx: Transaction, libraryId: string) =>
  optional<Branch>(
    tx,
    sql`
    select id, name, library_id as "libraryId" from branch
    where library_id = ${libraryId} order by active desc, id limit 1`,
  );
