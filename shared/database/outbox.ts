import { faultPoint } from "@lienthong/config/fault-point.ts";
import { run, sql, type Transaction } from "./transaction.ts";

// What one statement carries; an import announces thousands in one transaction.
const rowsMax = 1_000;

/**
 * Writes what a transaction has announced and not yet written, in its order, as the last thing before the commit: one
 * statement, and the locks under which versions were raised are still held. Where parts of a transaction may fail apart,
 * each part ends with it, so that a row that cannot be written is that part's fault.
 */
export async function writeOutbox(tx: Transaction): Promise<void> {
  if (tx.written === tx.announced.length) return;
  faultPoint("K2");
  for (let from = tx.written; from < tx.announced.length; from += rowsMax) {
    const events = tx.announced.slice(from, from + rowsMax);
    await run(
      tx,
      sql`
      insert into outbox (shard, subject, aggregate, version, headers, payload, republished)
      select shard, subject, aggregate, version, headers, payload, republished
      from unnest(${events.map((event) => event.shard)}::smallint[], ${events.map((event) => event.subject)}::text[],
                  ${events.map((event) => event.aggregate)}::text[], ${events.map((event) => event.version)}::bigint[],
                  ${events.map((event) => JSON.stringify(event.headers))}::jsonb[],
                  ${events.map((event) => Buffer.from(event.payload))}::bytea[],
                  ${events.map((event) => event.republished)}::boolean[])
        with ordinality as event(shard, subject, aggregate, version, headers, payload, republished, place)
      order by place`,
    );
  }
  tx.written = tx.announced.length;
}
