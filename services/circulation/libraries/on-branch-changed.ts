import { projection } from "@lienthong/bus/consumer.ts";
import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { BranchChanged } from "@lienthong/proto/identity/v1/events.ts";

/** Circulation's own copy of a branch: where readers collect and desks stand. */
export const onBranchChanged = projection(BranchChanged, async (tx, branches) => {
  for (const branch of branches) await keepBranch(tx, branch);
});

async function keepBranch(tx: Transaction, branch: BranchChanged): Promise<void> {
  await run(
    tx,
    sql`
    insert into branch (id, version, library_id, name, province, commune, pickup, active)
    values (${branch.id}, ${branch.version}, ${branch.libraryId}, ${branch.name}, ${branch.province},
            ${branch.commune}, ${branch.pickup}, ${branch.active})
    on conflict (id) do update
      set version = excluded.version, name = excluded.name, province = excluded.province,
          commune = excluded.commune, pickup = excluded.pickup, active = excluded.active
      where branch.version <= excluded.version`,
  );
}
