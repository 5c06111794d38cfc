import { frameTableArray } from "./frame-tables.ts";
import type { Evidence } from "./evidence.ts";

/** A table whose rows have versions, and the column of their ids. */
export type Versioned = { table: string; column: string; isUuid: boolean };

type Row = Versioned & { own: boolean };

/**
 * The tables of a service's own aggregates: those whose versions begin by `next_version`. And the tables that copy what
 * others own, whose versions come with the events. Both are read from the catalog, so that a new table joins by itself.
 */
export async function versioned(
  evidence: Evidence,
  service: string,
): Promise<{ own: Versioned[]; copies: Versioned[] }> {
  const rows = await evidence.rows<Row>(service, tablesWithVersions);
  const of = (own: boolean) =>
    rows.filter((row) => row.own === own).map(({ table, column, isUuid }) => ({ table, column, isUuid }));
  return { own: of(true), copies: of(false) };
}

const tablesWithVersions = `
  select relname as table, keyed.attname as column, keyed.atttypid = 'uuid'::regtype as "isUuid",
         coalesce(pg_get_expr(adbin, adrelid) like 'next_version(%', false) as own
  from pg_class
  join pg_attribute raised on raised.attrelid = pg_class.oid and raised.attname = 'version' and not raised.attisdropped
  left join pg_attrdef on adrelid = pg_class.oid and adnum = raised.attnum
  join pg_index on indrelid = pg_class.oid and indisprimary and indnkeyatts = 1
  join pg_attribute keyed on keyed.attrelid = pg_class.oid and keyed.attnum = indkey[0]
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
    and relname <> all(${frameTableArray})
  order by relname`;

/** What comes before every id of a table. */
export const firstOf = ({ isUuid }: Versioned): string => (isUuid ? "00000000-0000-0000-0000-000000000000" : "");

export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
