import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { fold } from "@lienthong/text/fold.ts";
import { authorLine, type Presented, titleLine } from "./present.ts";

// A line that people type; a title of a thousand words is found by its first ones.
const wordsMax = 60;

/** The words by which a title is found while the search server is away, as they are typed without marks. */
function wordsOf(presented: Presented): string[] {
  const words = fold(`${titleLine(presented)} ${presented.volume ?? ""} ${authorLine(presented)}`).split(" ");
  return [...new Set([...presented.isbn13s, ...words])].filter((word) => word !== "").slice(0, wordsMax);
}

/** Keeps the words of titles in the transaction that has just written them; of one without a record there are none. */
export async function keepWords(
  tx: Transaction,
  titles: readonly { id: string; presented: Presented | undefined }[],
): Promise<void> {
  if (titles.length === 0) return;
  // Where something else of a title changed, its words stand: they are not locked, which would write their row anew.
  const words = titles.map(({ presented }) => (presented ? wordsOf(presented).join(" ") : ""));
  await run(
    tx,
    sql`
    insert into title_words (title_id, words)
    select id, string_to_array(row.words, ' ')
    from unnest(${titles.map(({ id }) => id)}::text[], ${words}::text[]) as row(id, words)
    left join title_words known on known.title_id = id
    where known.words is distinct from string_to_array(row.words, ' ')
    order by id
    on conflict (title_id) do update set words = excluded.words where title_words.words <> excluded.words`,
  );
}

/**
 * Keeps the words of titles that were read a while ago and lack them. A title that shows something else by now is left out:
 * who changed it has kept its words. Holds the others as they are until the transaction ends.
 * @param titles with the versions they had when they were read, or before
 */
export async function keepLackingWords(
  tx: Transaction,
  titles: readonly { id: string; version: bigint; presented: Presented }[],
): Promise<void> {
  if (titles.length === 0) return;
  // Most lack none, and are neither locked nor written.
  await run(
    tx,
    sql`
    insert into title_words (title_id, words)
    select title.id, string_to_array(row.words, ' ')
    from unnest(${titles.map(({ id }) => id)}::text[], ${titles.map(({ version }) => version)}::bigint[],
                ${titles.map(({ presented }) => wordsOf(presented).join(" "))}::text[]) as row(id, version, words)
    join title on title.id = row.id and title.version = row.version
    where not exists (
      select from title_words known where known.title_id = row.id and known.words = string_to_array(row.words, ' '))
    order by title.id for share of title
    on conflict (title_id) do update set words = excluded.words`,
  );
}
