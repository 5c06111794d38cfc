import { retelling } from "@lienthong/bus/republish.ts";
import { all, sql } from "@lienthong/database/transaction.ts";
import { RecordChanged, TitleChanged } from "@lienthong/proto/catalogue/v1/events.ts";
import { authorLine, type Presented, titleLine } from "./present.ts";

/** A title as its event tells it. */
export function titleEvent(row: { id: string; version: bigint; presented: Presented; gone: boolean }): TitleChanged {
  const { id, version, presented, gone } = row;
  return {
    id,
    version,
    title: titleLine(presented),
    author: authorLine(presented),
    publisher: presented.publisher ?? "",
    year: presented.year ?? "",
    language: presented.language ?? "",
    kind: presented.kind,
    gone,
  };
}

/** A record as its event tells it: of a deleted one no title. */
export const recordColumns = sql`
  record.id, record.version, record.library_id as "libraryId", record.control_number as "controlNumber",
  case when record.deleted then '' else record.title_id end as "titleId"`;

export const tellTitles = retelling(TitleChanged, async (tx, { libraryId }, after, limit) => {
  const which =
    libraryId === undefined
      ? sql`true`
      : sql`exists (select from record where title_id = title.id and library_id = ${libraryId})`;
  const rows = await all<{ id: string; version: bigint; presented: Presented; gone: boolean }>(
    tx,
    sql`
    select id, version, presented, gone from title where ${which} and id > ${after} order by id limit ${limit}`,
  );
  return rows.map(titleEvent);
});

export const tellRecords = retelling(RecordChanged, (tx, { libraryId }, after, limit) => {
  const which = libraryId === undefined ? sql`true` : sql`library_id = ${libraryId}`;
  const from = after === "" ? sql`true` : sql`id > ${after}::uuid`;
  return all<RecordChanged>(
    tx,
    sql`select ${recordColumns} from record where ${which} and ${from} order by id limit ${limit}`,
  );
});
