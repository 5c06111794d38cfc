import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Role, WithdrawRoleRequest, WithdrawRoleResponse } from "@lienthong/proto/identity/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { enqueueMirror } from "../accounts/mirror.ts";
import { anId, checked } from "../asked.ts";
import { actForMinistry } from "../ministry.ts";
import { announceRole, holderOf, rolesWhere, shownRole } from "./role.ts";

export const refuse = refusals("identity.withdraw-role", {
  "role-unknown": "No role of this library has this id.",
});

export const WithdrawRole = command<WithdrawRoleRequest, WithdrawRoleResponse>((ask, caller) => {
  const { roleId } = checked(shape, ask);
  return caller.as(async (tx) => outcome(await withdrawRole(tx, roleId), "role", (role) => role));
});

const shape = z.object({ roleId: anId });

/**
 * Takes a role back. The holder stays signed in; the next token says it no more, and a token lives a minute. Nothing of this
 * needs the bus: the sign-in server is told directly.
 */
export async function withdrawRole(tx: Transaction, roleId: string): Promise<Role | Refusal> {
  await actForMinistry(tx);
  const withdrawn = await run(
    tx,
    sql`
    update held_role set version = next_version(version), withdrawn_at = now(), told_active = false, mirror_due = true
    where id = ${roleId} and withdrawn_at is null`,
  );
  const [row] = await rolesWhere(tx, sql`id = ${roleId}`);
  if (!row) return refuse("role-unknown");
  if (withdrawn === 0) return shownRole(row);
  announceRole(tx, row);
  await enqueueMirror(tx, holderOf(row));
  return shownRole(row);
}
