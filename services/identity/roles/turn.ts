import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { job } from "@lienthong/jobs/job.ts";
import { z } from "zod";
import { enqueueMirror } from "../accounts/mirror.ts";
import { announceRole, holderOf, rolesWhere } from "./role.ts";

/**
 * A dated role begins and ends without anybody's doing: every minute those whose moment has passed are told and mirrored.
 * What the sign-in server is not known to say yet, because it was away or a mirror was killed, is mirrored again then too.
 */
export const turnRoles = job("turn-roles", { cron: "* * * * *", payload: z.undefined() }, async (work) => {
  while (!work.stopping.aborted && (await work.as(turnSome)));
  await work.as(mirrorAgain);
});

const rolesAtOnce = 100;

/** @returns whether there may be more */
async function turnSome(tx: Transaction): Promise<boolean> {
  const turned = await all<{ id: string }>(
    tx,
    sql`
    update held_role set version = next_version(version), told_active = valid @> now(), mirror_due = true
    where id in (
      select id from held_role
      where withdrawn_at is null and (upper(valid) <= now() and told_active or valid @> now() and not told_active)
      order by id limit ${rolesAtOnce} for update)
    returning id::text`,
  );
  if (turned.length === 0) return false;
  for (const row of await rolesWhere(tx, sql`id = any(${turned.map((role) => role.id)}::uuid[])`)) {
    announceRole(tx, row);
    await enqueueMirror(tx, holderOf(row));
  }
  return turned.length === rolesAtOnce;
}

/** Waiting for the queue's own next try could take hours after the sign-in server was away for long. */
async function mirrorAgain(tx: Transaction): Promise<void> {
  const due = await rolesWhere(tx, sql`mirror_due order by id limit ${rolesAtOnce}`);
  for (const row of due) await enqueueMirror(tx, holderOf(row));
}
