import { consumer } from "@lienthong/bus/consumer.ts";
import { run, sql } from "@lienthong/database/transaction.ts";
import { TitleChanged } from "@lienthong/proto/catalogue/v1/events.ts";

/** What a title is called, for lists of loans and holds. */
export const onTitleChanged = consumer(TitleChanged, async (tx, title) => {
  await run(
    tx,
    sql`
    insert into title (id, version, title, author, gone)
    values (${title.id}, ${title.version}, ${title.title}, ${title.author}, ${title.gone})
    on conflict (id) do update
      set version = excluded.version, title = excluded.title, author = excluded.author, gone = excluded.gone
      where title.version <= excluded.version`,
  );
});
