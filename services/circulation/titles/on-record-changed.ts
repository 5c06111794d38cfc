import { consumer } from "@lienthong/bus/consumer.ts";
import { optional, run, sql } from "@lienthong/database/transaction.ts";
import { RecordChanged } from "@lienthong/proto/catalogue/v1/events.ts";
import { tellNewTitle } from "../holds/moves.ts";
import { seekCopies } from "../holds/target.ts";

/**
 * Which title a record belongs to now. Titles merge and split by their records moving; a hold goes with the record that its
 * reader was shown, into a queue that is in order of the time of placing as before.
 */
export const onRecordChanged = consumer(RecordChanged, async (tx, record) => {
  const before = await optional<{ titleId: string | null }>(
    tx,
    sql`select title_id as "titleId" from record where id = ${record.id} for update`,
  );
  // A record that its library deleted stays with the title it had: whoever waits for it may be served by another copy.
  const applied = await run(
    tx,
    sql`
    insert into record (id, version, title_id) values (${record.id}, ${record.version}, ${record.titleId || null})
    on conflict (id) do update
      set version = excluded.version, title_id = coalesce(excluded.title_id, record.title_id)
      where record.version <= excluded.version`,
  );
  const moved = before !== undefined && record.titleId !== "" && before.titleId !== record.titleId;
  if (applied === 0 || !moved) return;
  await tellNewTitle(tx, record.id);
  await seekCopies(tx, record.id);
});
