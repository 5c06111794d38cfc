import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { rememberedDays } from "./inbox.ts";

/**
 * Counts what was not heard although something later was: a version of an aggregate that is missing below one that came
 * within the last minutes. It does no harm to states, which carry all; when the owner's comparison brings the event after
 * all, the effects that hang on it happen, and it is no longer missed.
 * @returns how many are newly missed
 */
export async function noteMissed(tx: Transaction): Promise<number> {
  await run(
    tx,
    sql`
    delete from missed_event missed
    where noticed_at < now() - ${rememberedDays} * interval '1 day' or exists (
      select from inbox where inbox.aggregate = missed.aggregate and inbox.version = missed.version and inbox.kind = missed.kind)`,
  );
  // What came in these seconds may still be at work elsewhere. Versions begin anew in each epoch, and what was before the
  // first that was heard was not missed: below the second nothing can be, and an import brings hardly any others.
  return run(
    tx,
    sql`
    insert into missed_event (kind, aggregate, version)
    select distinct later.kind, later.aggregate, later.version - 1 from inbox later
    where later.at >= now() - interval '5 minutes' and later.at < now() - interval '5 seconds' and later.kind is not null
      and later.version & ((1::bigint << 40) - 1) > 2
      and not exists (
        select from inbox before
        where before.aggregate = later.aggregate and before.version = later.version - 1 and before.kind = later.kind)
      and exists (
        select from inbox first
        where first.aggregate = later.aggregate and first.kind = later.kind
          and first.version < later.version - 1 and first.version >> 40 = later.version >> 40)
    on conflict do nothing`,
  );
}
