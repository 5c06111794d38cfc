import { consumer } from "@lienthong/bus/consumer.ts";
import { run, sql } from "@lienthong/database/transaction.ts";
import { HoldUnfilled } from "@lienthong/proto/circulation/v1/events.ts";

/** Notes a title that a reader waited for in vain. A hold ends once: the same event again changes nothing. */
export const onHoldUnfilled = consumer(HoldUnfilled, async (tx, hold) => {
  await run(
    tx,
    sql`
    insert into wish (hold_id, library_id, title_id, title, author)
    values (${hold.id}, ${hold.libraryId}, ${hold.titleId}, ${hold.title}, ${hold.author})
    on conflict (hold_id) do nothing`,
  );
});
