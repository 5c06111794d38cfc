import { projection } from "@lienthong/bus/consumer.ts";
import { run, sql } from "@lienthong/database/transaction.ts";
import { TitleChanged } from "@lienthong/proto/catalogue/v1/events.ts";

/** What titles are called, for lists of loans and holds. */
export const onTitleChanged = projection(TitleChanged, async (tx, titles) => {
  await run(
    tx,
    sql`
    insert into title (id, version, title, author, gone)
    select * from unnest(${titles.map(({ id }) => id)}::text[], ${titles.map(({ version }) => version)}::bigint[],
      ${titles.map(({ title }) => title)}::text[], ${titles.map(({ author }) => author)}::text[],
      ${titles.map(({ gone }) => gone)}::boolean[])
    on conflict (id) do update
      set version = excluded.version, title = excluded.title, author = excluded.author, gone = excluded.gone
      where title.version <= excluded.version`,
  );
});
