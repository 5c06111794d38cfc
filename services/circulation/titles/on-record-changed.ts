import { projection } from "@lienthong/bus/consumer.ts";
import { all, sql } from "@lienthong/database/transaction.ts";
import { RecordChanged } from "@lienthong/proto/catalogue/v1/events.ts";
import { tellNewTitles } from "../holds/moves.ts";
import { seekCopies } from "../holds/target.ts";

/**
 * Which titles records belong to now. Titles merge and split by their records moving; a hold goes with the record that its
 * reader was shown, into a queue that is in order of the time of placing as before.
 */
export const onRecordChanged = projection(RecordChanged, async (tx, records) => {
  const ids = records.map((record) => record.id);
  // What a statement returns of old rows it saw before it waited for them: they are locked first.
  await all(tx, sql`select id from record where id = any(${ids}::uuid[]) order by id for update`);
  // A record that its library deleted stays with the title it had: whoever waits for it may be served by another copy.
  const moved = await all<{ id: string }>(
    tx,
    sql`
    with applied as (
      insert into record (id, version, title_id)
      select id, version, nullif(title_id, '') from unnest(${ids}::uuid[],
        ${records.map(({ version }) => version)}::bigint[], ${records.map(({ titleId }) => titleId)}::text[])
        as told(id, version, title_id)
      on conflict (id) do update
        set version = excluded.version, title_id = coalesce(excluded.title_id, record.title_id)
        where record.version <= excluded.version
      returning id, old.id is not null and old.title_id is distinct from new.title_id as moved)
    select id from applied where moved`,
  );
  if (moved.length === 0) return;
  const movedIds = moved.map((record) => record.id);
  await tellNewTitles(tx, movedIds);
  await seekCopies(tx, ...movedIds);
});
