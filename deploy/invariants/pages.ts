import type { QueryResultRow } from "pg";
import type { Evidence } from "./evidence.ts";

/** How many rows one statement reads: some tens of milliseconds of work. */
export const pageRows = 5_000;

/**
 * Reads a service's rows page by page in the order of a key, so that neither the rows nor a transaction grow with the table.
 * @param text the statement for one page: `$1` is the last key seen, `$2` how many rows at most; it is ordered by `key`
 * @param first what comes before every key
 */
export async function* pages<Row extends QueryResultRow & { key: string }>(
  evidence: Evidence,
  service: string,
  text: string,
  first: string,
): AsyncGenerator<Row[]> {
  for (let after = first; ; ) {
    const rows = await evidence.rows<Row>(service, text, [after, pageRows]);
    if (rows.length > 0) yield rows;
    if (rows.length < pageRows) return;
    after = rows.at(-1)?.key ?? after;
  }
}

/** What comes before every UUID. */
export const beforeAllIds = "00000000-0000-0000-0000-000000000000";
