import { optional, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Branch } from "@lienthong/proto/identity/v1/library.ts";
import type { AddBranchRequest, AddBranchResponse } from "@lienthong/proto/identity/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { badInput } from "@lienthong/rpc/fault.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { aCode, checked } from "../asked.ts";
import { actForMinistry } from "../ministry.ts";
import { newBranch, openBranch, provinceProblem } from "./branch.ts";
import { civilToday } from "./library.ts";

export const refuse = refusals("identity.add-branch", {
  "library-unknown": "No library has this code.",
});

export const AddBranch = command<AddBranchRequest, AddBranchResponse>((ask, caller) => {
  const wanted = checked(shape, ask);
  return caller.as(async (tx) => outcome(await addBranch(tx, wanted), "branch", (branch) => branch));
});

const shape = z.object({ libraryId: aCode, branch: newBranch });

/** Opens another branch of a library, with its first desk. */
export async function addBranch(tx: Transaction, wanted: z.output<typeof shape>): Promise<Branch | Refusal> {
  const problem = provinceProblem(wanted.branch.province, await civilToday(tx));
  if (problem) throw badInput({ field: "branch.province", problem });
  await actForMinistry(tx);
  const library = await optional(tx, sql`select from library where id = ${wanted.libraryId}`);
  if (!library) return refuse("library-unknown", { code: wanted.libraryId });
  return openBranch(tx, wanted.libraryId, wanted.branch);
}
